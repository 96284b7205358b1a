import mariadb from 'mariadb';
import { ConversationStateDocument, MembersDocument, NewestMessagesDocument } from '../support/generated/graphql.ts';
import { call } from './call.ts';
import type { Actor, Cast, Room } from './cast.ts';
import { brief, type EntryFacts, type LogRecord, type StateRecord } from './history.ts';
import type { Post } from './stage.ts';

/** Reads all streams of a run out of the database, past the server. */
export async function readLogs(databaseUrl: string, { actors, rooms }: Cast): Promise<readonly LogRecord[]> {
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const connection = await mariadb.createConnection({
    ...{ host: hostname, port: Number(port), user: username, database: pathname.slice(1) },
    ...{ bigIntAsNumber: true, timezone: 'Z' },
  });
  const names = new Map([...actors, ...rooms].map(({ id }) => [numberOf(id), id]));
  try {
    const streams = [...rooms.map(({ id }) => ['conversation', id] as const), ...actors.map(({ id }) => ['account', id] as const)];
    const logs: LogRecord[] = [];
    for (const [kind, stream] of streams) {
      const [head] = await connection.query('SELECT lastSeq FROM Stream WHERE id = ?', [numberOf(stream)]);
      logs.push({ what: 'log', stream, kind, lastSeq: head.lastSeq, entries: await readEntries(connection, stream, names) });
    }
    return logs;
  } finally {
    await connection.end();
  }
}

async function readEntries(
  connection: mariadb.Connection,
  stream: string,
  names: ReadonlyMap<number, string>,
): Promise<readonly EntryFacts[]> {
  const id = numberOf(stream);
  const messages: readonly MessageRow[] = await connection.query(
    'SELECT seq, senderId, clientMessageId, text, sentAt FROM Message WHERE conversationId = ?',
    [id],
  );
  const others: readonly EntryRow[] = await connection.query('SELECT seq, type, actorId, data, at FROM Entry WHERE streamId = ?', [id]);
  return [
    ...messages.map(({ seq, senderId, clientMessageId: key, text, sentAt }) => ({
      ...{ stream, seq, type: 'MessageSent', loggedAt: sentAt.toISOString() },
      ...{ key, text: brief(text), sender: names.get(senderId) },
    })),
    ...others.map(({ seq, type, actorId, data, at }) => ({
      stream,
      seq,
      type,
      loggedAt: at.toISOString(),
      ...factsOf(type, JSON.parse(data), names),
      ...(type in acts && { actor: names.get(actorId) }),
    })),
  ].toSorted((a, b) => a.seq - b.seq);
}

interface MessageRow {
  readonly seq: number;
  readonly senderId: number;
  readonly clientMessageId: string;
  readonly text: string;
  readonly sentAt: Date;
}

interface EntryRow {
  readonly seq: number;
  readonly type: string;
  readonly actorId: number;
  readonly data: string;
  readonly at: Date;
}

interface EntryJson {
  readonly userId?: string;
  readonly conversationId?: string;
  readonly seq?: number;
  readonly messageSeq?: number;
  readonly emoji?: string;
  readonly added?: boolean;
  readonly pinned?: boolean;
}

/** What is done to a message by somebody whom its event names. */
const acts: Readonly<Record<string, true>> = { MessageEdited: true, MessageRecalled: true, ReactionsChanged: true };

function factsOf(type: string, json: EntryJson, names: ReadonlyMap<number, string>): Partial<EntryFacts> {
  const { userId, conversationId, seq = 0, messageSeq: target, emoji, added, pinned } = json;
  const stream = names.get(Number(conversationId)) ?? '';
  if (type === 'ConversationOpened') return { opened: { stream, seq } };
  if (type === 'ConversationClosed') return { closed: stream };
  if (target !== undefined && type !== 'MessageHidden') return { target, emoji, added, pinned };
  return userId === undefined ? {} : { member: names.get(Number(userId)) };
}

/** The database's number in a global id. */
function numberOf(id: string): number {
  return Number(Buffer.from(id, 'base64url').toString().split(':')[1]);
}

/** What a node answers a member about a room. Throws where it does not. */
export async function readState(post: Post, actor: Actor, room: Room): Promise<StateRecord> {
  const asking = { url: post.node.url, token: actor.tokens[0] };
  const { id } = room;
  const [state, members, history] = await Promise.all([
    call(asking, ConversationStateDocument, { id }),
    call(asking, MembersDocument, { id, first: 100 }),
    call(asking, NewestMessagesDocument, { id }),
  ]);
  const { data: about } = state;
  if (!about?.conversation || !members.data?.conversation || !history.data?.conversation) {
    throw new Error(`node ${post.number} does not answer ${actor.name} about a room: ${JSON.stringify([state, members, history])}`);
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
