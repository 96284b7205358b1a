import { type AttachedRow, byKey, type Db, deleteAttached, insertAttached, selectAttached, selectRows, sql, type Tx } from '../db/index.ts';
import { type JobData, putJob } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { attachedRows } from './attached.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import { messageOf, refKey } from './store.ts';

/** The position from which a round over all messages continues. */
export type AttachedFrom = JobData<'AttachmentRound'>;

interface Parts {
  readonly db: Db;
  readonly log: Log;
}

/**
 * Pauses between the end of a round and the start of the next, in ms. Nodes of an earlier release write no rows for attachments. Further
 * rounds add what they store while they are being replaced; by then they are gone (decision 80).
 */
const pausesMs = [3_600_000, 86_400_000];
/** After this time, in ms, the rest is left as a new job, which continues from there. */
const turnMs = 30_000;
/** Some 15 MB if all are long and have the maximum of attachments. */
const messagesAtOnce = 200;

/**
 * Repairs the rows of AttachedMessage from a position on: adds missing ones and removes those of attachments that messages no longer have.
 * Idempotent. Leaves the rest as a job when its time is over, and the next round, if there is one, as a job for later. Throws UNAVAILABLE,
 * or the abort reason of `signal`.
 */
export async function repairAttachments(parts: Parts, { after, seq, round }: AttachedFrom, signal: AbortSignal): Promise<void> {
  const until = performance.now() + turnMs;
  let place: MessageRef = { conversationId: after, seq };
  while (performance.now() < until) {
    signal.throwIfAborted();
    const messages = await readNext(parts.db.client, place);
    const last = messages.at(-1);
    if (last === undefined) return leaveNext(parts.db, round);
    for (const [conversationId, seqs] of await wrongAmong(parts.db.client, messages)) await rewriteRows(parts.log, conversationId, seqs);
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
  await db.transaction((tx) => putJob(tx, { kind: 'AttachmentRound', key: 'all', data, dueAt }));
}

/** Reads the next messages in key order: the rest of a conversation, then the conversations after it. */
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

/** Returns, by conversation, the seqs of messages whose rows differ from their attachments. `messages` must be in key order. */
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

/**
 * Rewrites the rows of some messages. Reads the messages again under the conversation's lock, because they may have been edited or recalled
 * since.
 */
function rewriteRows(log: Log, conversationId: bigint, seqs: readonly number[]): Promise<void> {
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
