import { randomBytes } from 'node:crypto';
import { enterPending, type HeldUser, type ImportedRow, insertImported, markEffectsDone } from '../db/index.ts';
import { type ConversationRow, conversationRow, type ImportedPart, membershipRow, storeFormer } from '../group/index.ts';
import type { EntryToLog, Inside, Verdict } from '../log/index.ts';
import { type Message, messageAt, nameOfBrought, senderAtCommit, storeImported } from '../message/index.ts';
import { requireContent } from './content.ts';
import { keysOf, type MessageLine, type Numbered, type Reference } from './line.ts';
import { MessagePlan, type Roots } from './message-plan.ts';
import { type BatchEnd, convertAll, importedAt, isSettled, isTold, type Run, waitForEffects } from './parts.ts';

/**
 * Stores messages in order, in one commit. They get numbers, counts and everything else that a message has, but their own times, and no
 * hints are published. Subscriptions that already follow a conversation find them by comparing heads. Throws ChatError UNAVAILABLE.
 */
export async function importMessages(run: Run, lines: readonly Numbered<MessageLine>[]): Promise<BatchEnd> {
  const refers = new Map(lines.map(({ line }) => [line, keysOf(run.keys, line).refers]));
  const named = [...refers.values()].flat().filter(({ what }) => what !== 'message');
  const found = await run.known.find(named.map(({ key }) => key));
  const streams = [...new Set(lines.flatMap(({ line }) => found.get(run.keys.conversation(line.conversation)) ?? []))];
  return await waitForEffects(() =>
    run.log.append<BatchEnd | 'busy'>({
      lock: streams,
      async decide(inside): Promise<Verdict<BatchEnd | 'busy'>> {
        const [isDone, isHeard] = await Promise.all([isSettled(inside, streams), isTold(inside, streams)]);
        if (!isDone || !isHeard) return { result: () => 'busy' };
        return await decide(run, inside, { lines, found, streams });
      },
    }),
  );
}

interface Batch {
  readonly lines: readonly Numbered<MessageLine>[];
  /** Ids of users and conversations, by key. */
  readonly found: ReadonlyMap<string, bigint>;
  readonly streams: readonly bigint[];
}

async function decide(run: Run, inside: Inside, { lines, found, streams }: Batch): Promise<Verdict<BatchEnd>> {
  const stored = await readStored(run, inside, lines);
  const [roots, senders, rows] = await Promise.all([
    readRoots(run, inside, { lines, stored }),
    readSenders(run, inside, { lines, found, streams }),
    readRows(inside, streams),
  ]);
  const plan = new MessagePlan({ inside, found, stored, roots, senders, rows, shiftTimes: run.options.shiftTimes === true });
  let known = 0;
  const { judged, faults } = await convertAll(run, lines, ({ line }) => {
    if (plan.has(run.keys.message(line.conversation, line.id))) known += 1;
    else plan.add(requireContent(run, line, inside.now));
  });
  return verdictOf(run, plan, { former: await readFormer(inside, plan), end: { stored: judged.length - known, known, faults } });
}

/** Users who send or react in a conversation of which they were never a member, each with the first message that needs it. */
async function readFormer(inside: Inside, { messages }: MessagePlan): Promise<readonly ImportedPart[]> {
  const firsts = new Map(
    messages
      .flatMap(({ at, imported: { conversationId, senderId, seq, reactions } }) =>
        [senderId, ...reactions.map(({ userId }) => userId)].map((userId) => ({ conversationId, userId, seq, at })),
      )
      .toReversed()
      .map((part) => [`${part.conversationId}:${part.userId}`, part] as const),
  );
  const parts = [...firsts.values()];
  const rows = await Promise.all(parts.map(({ conversationId, userId }) => inside.read(membershipRow, { conversationId, userId })));
  return parts.filter((_, place) => rows[place] === null);
}

/** Reads stored messages by key: those that these lines repeat, and those that they refer to. */
async function readStored(run: Run, inside: Inside, lines: readonly Numbered<MessageLine>[]): Promise<ReadonlyMap<string, ImportedRow>> {
  const keys = lines.flatMap(({ line }) => {
    const { own, refers } = keysOf(run.keys, line);
    return [own ?? '', ...refers.flatMap(({ key, what }: Reference) => (what === 'message' ? [key] : []))];
  });
  const rows = await Promise.all([...new Set(keys)].map((key) => inside.read(importedAt, key)));
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row.key, row]])));
}

/** Reads the thread root of each stored message that a line's `thread` refers to: the message itself, or its root if it is a reply. */
async function readRoots(
  run: Run,
  inside: Inside,
  { lines, stored }: Pick<Batch, 'lines'> & { readonly stored: ReadonlyMap<string, ImportedRow> },
): Promise<Roots> {
  const named = lines.flatMap(({ line }) => {
    const row = line.thread === undefined ? undefined : stored.get(run.keys.message(line.conversation, line.thread));
    return row === undefined ? [] : [row];
  });
  const messages = await Promise.all(named.map(({ streamId: conversationId, seq }) => inside.read(messageAt, { conversationId, seq })));
  const above = await Promise.all(messages.map((message) => rootOf(inside, message)));
  return new Map(named.flatMap(({ key }, place) => rootEntry(key, above[place])));
}

function rootOf(inside: Inside, message: Message | null): Promise<Message | null> | Message | null {
  if (message === null || message.threadRootSeq === null) return message;
  return inside.read(messageAt, { conversationId: message.conversationId, seq: message.threadRootSeq });
}

function rootEntry(key: string, root: Message | null | undefined): readonly (readonly [string, Message])[] {
  return root ? [[key, root]] : [];
}

/**
 * Reads the senders as they are until the commit. If an account is being erased, all its messages are removed, and no message may be added
 * after that.
 */
async function readSenders({ db, keys }: Run, inside: Inside, { lines, found }: Batch): Promise<ReadonlyMap<bigint, HeldUser>> {
  const ids = [...new Set(lines.flatMap(({ line }) => found.get(keys.user(line.sender)) ?? []))];
  const users = await Promise.all(ids.map((id) => inside.read(senderAtCommit(db), id)));
  return new Map(users.flatMap((user) => (user === null ? [] : [[user.id, user]])));
}

async function readRows(inside: Inside, streams: readonly bigint[]): Promise<ReadonlyMap<bigint, ConversationRow>> {
  const rows = await Promise.all(streams.map((id) => inside.read(conversationRow, id)));
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row.id, row]])));
}

function verdictOf(
  { db, name }: Run,
  plan: MessagePlan,
  { former, end }: { readonly former: readonly ImportedPart[]; readonly end: Omit<BatchEnd, 'shifted'> },
): Verdict<BatchEnd> {
  const { messages, shifted } = plan;
  return {
    silent: true,
    entries: () => messages.flatMap((message) => entriesOf(message, name)),
    async write(tx) {
      if (messages.length === 0) return;
      await storeImported(
        db,
        tx,
        messages.map(({ imported }) => imported),
      );
      await insertImported(
        db,
        tx,
        messages.map(({ key, imported: { conversationId: streamId, seq } }) => ({ key, streamId, seq })),
      );
      await storeFormer(tx, former);
      await enterPending(db, tx, plan.pending());
      await markEffectsDone(db, tx, plan.heads());
    },
    result: () => ({ ...end, shifted }),
  };
}

function entriesOf({ words, refers, imported, at }: MessagePlan['messages'][number], name: string): readonly EntryToLog[] {
  const { conversationId: stream, senderId, seq: messageSeq, mentionIds, mentionsEveryone, thread, reactions } = imported;
  const message: EntryToLog = {
    ...{ stream, at, actorId: senderId },
    entry: {
      ...{
        type: 'MessageSent',
        clientMessageId: nameOfBrought(name, { conversationId: stream, seq: messageSeq }),
        ...words,
        ...refers,
        mentionIds,
        mentionsEveryone,
        origin: null,
        poll: null,
      },
      // Random, so it is the fingerprint of no request: a client that sends with this id gets a CONFLICT.
      fingerprint: Uint8Array.from(randomBytes(16)),
      threadRootSeq: thread?.rootSeq ?? null,
    },
  };
  return [
    message,
    ...reactions.map(
      ({ userId: actorId, emoji }): EntryToLog => ({
        stream,
        at,
        actorId,
        entry: { type: 'ReactionsChanged', data: { messageSeq, emoji, added: true } },
      }),
    ),
  ];
}
