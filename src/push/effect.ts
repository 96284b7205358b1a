import type { Config } from '../config/index.ts';
import { leavePushDeliveries, raisePushDue } from '../db/index.ts';
import type { Entry, KnownEntry } from '../log/index.ts';
import { uuidBytes } from '../uuid.ts';
import type { Effect, EntryRun } from '../worker/index.ts';
import type { DueParts } from './due.ts';
import { readDevices, removeDevices } from './store.ts';
import { formatSubject, type Subject } from './subject.ts';

/** The parts that the effect needs. */
export type EffectParts = DueParts & { readonly config: Pick<Config, 'push'> };

/** Creates the effect that notifies users who are away. Each run only writes rows of what is due; no user or service is waited for. */
export function createPushEffect(parts: EffectParts): Effect {
  const { db, config } = parts;

  /** Drops entries that are too old to be pushed (PUSH_TTL_SECONDS). */
  async function fresh(entries: readonly Entry[]): Promise<{ readonly now: Date; readonly entries: readonly Entry[] }> {
    const now = await db.now();
    const since = now.getTime() - config.pushTtlSeconds * 1_000;
    return { now, entries: entries.filter(({ at }) => at.getTime() >= since) };
  }

  /** Writes one row per conversation, however many entries there are. */
  async function onConversation(run: EntryRun): Promise<void> {
    // Without push, entries still come here if another effect wants them, and nobody would ever take up the row.
    if (!config.push) return;
    const { now, entries } = await fresh(run.entries);
    // An edit may mention somebody.
    const seqs = entries.filter(({ type }) => type === 'MessageSent' || type === 'MessageEdited').map(({ seq }) => seq);
    const [fromSeq, seq] = [seqs[0], seqs.at(-1)];
    if (fromSeq === undefined || seq === undefined) return;
    const dueAt = new Date(now.getTime() + config.pushDelayMs);
    await db.transaction((tx) => raisePushDue(db, tx, { conversationId: run.streamId, fromSeq, seq, dueAt }));
  }

  async function onAccount(run: EntryRun): Promise<void> {
    const ended = run.entries.filter((entry): entry is KnownEntry<'SessionEnded'> => entry.type === 'SessionEnded');
    if (ended.length > 0)
      await db.transaction((tx) =>
        removeDevices(
          tx,
          ended.map(({ data }) => data.sessionId),
        ),
      );
    if (!config.push) return;
    const { now, entries } = await fresh(run.entries);
    const subjects = entries.flatMap(subjectOf);
    if (subjects.length === 0) return;
    const devices = await readDevices(db.client, [run.streamId], now);
    const [dueAt, expiresAt] = [config.pushDelayMs, config.pushTtlSeconds * 1_000].map((ms) => new Date(now.getTime() + ms)) as [
      Date,
      Date,
    ];
    const deliveries = devices.flatMap(({ sessionId, userId }) =>
      subjects.map(({ subject, seq }) => ({ sessionId: uuidBytes(sessionId), subject, userId, fromSeq: 0, seq, dueAt, expiresAt })),
    );
    if (deliveries.length > 0) await db.transaction((tx) => leavePushDeliveries(db, tx, deliveries));
  }

  return {
    name: 'push',
    wanted: async () => config.push && (await db.client.pushDevice.findFirst({ select: { userId: true } })) !== null,
    async act(run) {
      if (run.kind === 'ACCOUNT') await onAccount(run);
      else if (run.kind !== 'SERVER') await onConversation(run);
    },
  };
}

/** Returns the subject of an account's entry, if users are notified of it. Its seq tells a second request from the one that is being sent. */
function subjectOf(entry: Entry): readonly { readonly subject: string; readonly seq: number }[] {
  const subject = accountSubject(entry);
  return subject === null ? [] : [{ subject: formatSubject(subject), seq: entry.seq }];
}

function accountSubject(entry: Entry): Subject | null {
  if (entry.type === 'ContactRequestReceived') return { of: 'request', id: entry.data.fromId };
  return entry.type === 'NoticePosted' ? { of: 'notice', id: entry.data.noticeId } : null;
}
