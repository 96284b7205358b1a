import { type AttachedRow, byKey, type Db, deleteAttached, insertAttached, selectAttached, selectRows, sql, type Tx } from '../db/index.ts';
import { type JobData, leaveJob } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { attachedRows } from './attached.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import { messageOf, refKey } from './store.ts';

/** Where a round over all messages goes on. */
export type AttachedFrom = JobData<'AttachmentRound'>;

interface Parts {
  readonly db: Db;
  readonly log: Log;
}

/** From the end of a round to the next. What nodes of an earlier release do while they are being replaced nobody enters: by then they are gone. */
const pausesMs = [3_600_000, 86_400_000];
/** Then the rest is left to whoever comes next, who begins where this one ended. */
const turnMs = 30_000;
/** Long ones, with as much attached as there can be, are some 15 MB. */
const messagesAtOnce = 200;

/**
 * Enters what messages have attached of which that is not entered, and strikes out what they have no more, from a place on. Done again, it finds nothing to do.
 * Leaves the rest to be done where its turn is over, and the next round where there is one. Throws UNAVAILABLE, or what `signal` was aborted with.
 */
export async function enterAttached(parts: Parts, { after, seq, round }: AttachedFrom, signal: AbortSignal): Promise<void> {
  const until = performance.now() + turnMs;
  let place: MessageRef = { conversationId: after, seq };
  while (performance.now() < until) {
    signal.throwIfAborted();
    const messages = await readNext(parts.db.client, place);
    const last = messages.at(-1);
    if (last === undefined) return leaveNext(parts.db, round);
    for (const [conversationId, seqs] of await wrongAmong(parts.db.client, messages)) await enterAnew(parts.log, conversationId, seqs);
    place = last;
  }
  await leave(parts.db, { after: place.conversationId, seq: place.seq, round }, 0);
}

async function leaveNext(db: Db, round: number): Promise<void> {
  const pauseMs = pausesMs[round];
  if (pauseMs !== undefined) await leave(db, { after: 0n, seq: 0, round: round + 1 }, pauseMs);
}

async function leave(db: Db, data: AttachedFrom, ms: number): Promise<void> {
  const dueAt = new Date((await db.now()).getTime() + ms);
  await db.transaction((tx) => leaveJob(tx, { kind: 'AttachmentRound', key: 'all', data, dueAt }));
}

/** The next messages by their key: those that are left of a conversation, and of those after it. */
async function readNext(tx: Tx, { conversationId, seq }: MessageRef): Promise<readonly Message[]> {
  const own = await selectRows(
    tx,
    'Message',
    sql`conversationId = ${conversationId} AND seq > ${seq} ORDER BY seq LIMIT ${messagesAtOnce}`,
    byKey,
  );
  const room = messagesAtOnce - own.length;
  const others =
    room === 0
      ? []
      : await selectRows(tx, 'Message', sql`conversationId > ${conversationId} ORDER BY conversationId, seq LIMIT ${room}`, byKey);
  return [...own, ...others].map(messageOf);
}

/** Of messages in the order of their keys those of which something else is entered than they have, by conversation. */
async function wrongAmong(tx: Tx, messages: readonly Message[]): Promise<readonly (readonly [bigint, readonly number[]])[]> {
  const conversations = [...Map.groupBy(messages, ({ conversationId }) => conversationId)];
  const stretches = conversations.map(([conversationId, own]) => ({ conversationId, from: own[0]?.seq ?? 0, to: own.at(-1)?.seq ?? 0 }));
  const entered = Map.groupBy(await selectAttached(tx, stretches), refKey);
  return conversations.flatMap(([conversationId, own]) => {
    const wrong = own.filter((message) => kindsOf(attachedRows(message)) !== kindsOf(entered.get(refKey(message)) ?? []));
    return wrong.length === 0 ? [] : [[conversationId, wrong.map(({ seq }) => seq)] as const];
  });
}

function kindsOf(rows: readonly AttachedRow[]): string {
  return rows
    .map(({ kind }) => kind)
    .toSorted()
    .join();
}

/** Under the conversation's lock they are read once more: meanwhile they may have been changed or taken back. */
function enterAnew(log: Log, conversationId: bigint, seqs: readonly number[]): Promise<void> {
  return log.append<void>({
    lock: [conversationId],
    repeatable: true,
    async decide(inside) {
      const messages = await Promise.all(seqs.map((seq) => inside.read(messageAt, { conversationId, seq })));
      return {
        async write(tx) {
          await deleteAttached(tx, conversationId, seqs);
          await insertAttached(
            tx,
            messages.flatMap((message) => (message === null ? [] : attachedRows(message))),
          );
        },
        result: () => undefined,
      };
    },
  });
}
