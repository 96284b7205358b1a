import type { Connection } from 'mariadb';
import { ConversationStateDocument, MembersDocument, NewestMessagesDocument } from '../support/generated/graphql.ts';
import { call } from './call.ts';
import { type Actor, type Cast, placesOf } from './cast.ts';
import { brief, type EntryFacts, type LogRecord, type StateRecord } from './history.ts';
import { momentOf, namesOf, numberOf, openDatabase } from './look.ts';
import type { Post } from './stage.ts';
import type { FormerEntries } from './trimming.ts';

/** Reads all streams of a run directly from the database. `former`: entries of accounts as they were before they were made to look old. */
export async function readLogs(databaseUrl: string, cast: Cast, former: FormerEntries): Promise<readonly LogRecord[]> {
  const { actors, rooms, door, crown, directs } = cast;
  const connection = await openDatabase(databaseUrl);
  const names = namesOf(cast);
  try {
    const streams: readonly Pick<LogRecord, 'kind' | 'stream' | 'between'>[] = [
      ...[...rooms, door, crown].map(({ id: stream }) => ({ kind: 'conversation', stream }) as const),
      ...directs.map(({ id: stream, between }) => ({ kind: 'conversation', stream, between: between.map(({ id }) => id) }) as const),
      ...actors.map(({ id: stream }) => ({ kind: 'account', stream }) as const),
    ];
    const logs: LogRecord[] = [];
    for (const log of streams) {
      const [head] = await connection.query('SELECT lastSeq FROM Stream WHERE id = ?', [numberOf(log.stream)]);
      logs.push({ what: 'log', ...log, lastSeq: head.lastSeq, entries: await readEntries(connection, log.stream, { names, former }) });
    }
    return logs;
  } finally {
    await connection.end();
  }
}

interface Ground {
  readonly names: ReadonlyMap<number, string>;
  readonly former: FormerEntries;
}

async function readEntries(connection: Connection, stream: string, { names, former }: Ground): Promise<readonly EntryFacts[]> {
  const id = numberOf(stream);
  const messages: readonly MessageRow[] = await connection.query(
    'SELECT seq, senderId, clientMessageId, text, sentAt FROM Message WHERE conversationId = ?',
    [id],
  );
  const left: readonly EntryRow[] = await connection.query('SELECT seq, type, actorId, data, at FROM Entry WHERE streamId = ?', [id]);
  const others = [...new Map([...left, ...(former.get(stream) ?? [])].map((row) => [row.seq, row])).values()];
  return [
    ...messages.map(({ seq, senderId, clientMessageId: key, text, sentAt }) => ({
      ...{ stream, seq, type: 'MessageSent', loggedAt: momentOf(sentAt) },
      ...{ key, text: brief(text), sender: names.get(senderId) },
    })),
    ...others.map(({ seq, type, actorId, data, at }) => ({
      stream,
      seq,
      type,
      loggedAt: momentOf(at),
      ...factsOf(type, JSON.parse(data), names),
      ...(type in acts && { actor: names.get(actorId) }),
      ...(type in changes && { change: { by: names.get(actorId) ?? '', fields: JSON.parse(data).fields ?? [] } }),
    })),
  ].toSorted((a, b) => a.seq - b.seq);
}

interface MessageRow {
  readonly seq: number;
  readonly senderId: number;
  readonly clientMessageId: string;
  readonly text: string;
  readonly sentAt: string;
}

/** The row of an entry that is no message. */
export interface EntryRow {
  readonly seq: number;
  readonly type: string;
  readonly actorId: number;
  readonly data: string;
  readonly at: string;
}

interface EntryJson {
  readonly userId?: string;
  readonly conversationId?: string;
  readonly seq?: number;
  readonly messageSeq?: number;
  readonly emoji?: string;
  readonly added?: boolean;
  readonly pinned?: boolean;
  readonly choices?: readonly number[] | null;
}

/** The entries about a message whose event names the actor. */
const acts: Readonly<Record<string, true>> = {
  ...{ MessageEdited: true, MessageRecalled: true, ReactionsChanged: true },
  ...{ PollVoted: true, PollClosed: true },
};
/** The entries for which the checker needs the actor, whether the event names one or not. */
const changes: Readonly<Record<string, true>> = { MemberJoined: true, MemberChanged: true, GroupChanged: true };

function factsOf(type: string, json: EntryJson, names: ReadonlyMap<number, string>): Partial<EntryFacts> {
  const { userId, conversationId, seq = 0, messageSeq: target, emoji, added, pinned, choices } = json;
  const stream = names.get(Number(conversationId)) ?? '';
  if (type === 'ConversationOpened') return { opened: { stream, seq } };
  if (type === 'ConversationClosed') return { closed: stream };
  if (target !== undefined && type !== 'MessageHidden') return { target, emoji, added, pinned, choices: choices?.join(' ') };
  return userId === undefined ? {} : { member: names.get(Number(userId)) };
}

/** Reads from a node what it answers a user about each of their conversations. Throws if it does not answer. */
export function readStates(post: Post, actor: Actor, cast: Cast): Promise<readonly StateRecord[]> {
  return Promise.all(placesOf(actor, cast).map(({ id }) => readState(post, actor, id)));
}

async function readState(post: Post, actor: Actor, id: string): Promise<StateRecord> {
  const asking = { url: post.node.url, token: actor.tokens[0] };
  const [state, members, history] = await Promise.all([
    call(asking, ConversationStateDocument, { id }),
    call(asking, MembersDocument, { id, first: 100 }),
    call(asking, NewestMessagesDocument, { id }),
  ]);
  const { data: about } = state;
  if (!about?.conversation || !members.data?.conversation || !history.data?.conversation) {
    throw new Error(`node ${post.number} does not answer ${actor.name} about a conversation: ${JSON.stringify([state, members, history])}`);
  }
  const { lastSeq, viewerReadSeq: readSeq, viewerUnreadCount: unread } = about.conversation;
  return {
    ...{ what: 'state', node: post.number, user: actor.id, stream: id, lastSeq, readSeq, unread },
    members: members.data.conversation.members.edges.map(({ node }) => node.user.id),
    roles: members.data.conversation.members.edges.map(({ node }) => node.role),
    name: 'name' in about.conversation ? about.conversation.name : '',
    newest: history.data.conversation.messages.edges.map(({ node: { seq, text, reactions, pinnedAt } }) => ({
      ...{ seq, text: brief(text ?? ''), pinned: pinnedAt !== null },
      reactions: reactions
        .map(({ emoji, count }) => `${emoji}${count}`)
        .toSorted()
        .join(' '),
    })),
  };
}
