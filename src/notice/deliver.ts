import { type Log, serverStreamId, type Verdict } from '../log/index.ts';
import { noticePosted, noticeRevoked } from './entries.ts';
import type { NoticeParts } from './parts.ts';
import { deleteRecipients, type NoticeRow, noticeFact, readRecipients, recipientPart, updateNotice, updateRecipients } from './store.ts';

// As many as one transaction can lock and write quickly.
const atOnce = 100;

/** Posts a notice whose time has come, and delivers it to its recipients. Throws as Notices.due says. */
export async function postDue(parts: NoticeParts, noticeId: string, signal: AbortSignal): Promise<void> {
  const audience = await postAtLast(parts.log, noticeId);
  if (audience === 'SOME') await inTurn(parts, { noticeId, from: 'WAITING' }, signal);
}

/** Tells the users who got a notice that it is revoked. Throws as Notices.tellRevoked says. */
export function tellRevoked(parts: NoticeParts, noticeId: string, signal: AbortSignal): Promise<void> {
  return inTurn(parts, { noticeId, from: 'POSTED' }, signal);
}

/** Posts a notice unless it is posted already. Returns its audience; null if it was revoked. */
function postAtLast(log: Log, noticeId: string): Promise<NoticeRow['audience'] | null> {
  return log.append<NoticeRow['audience'] | null>({
    lock: [serverStreamId],
    repeatable: true,
    async decide(inside): Promise<Verdict<NoticeRow['audience'] | null>> {
      const row = await inside.read(noticeFact, noticeId);
      if (row === null || row.state === 'REVOKED') return { result: () => null };
      if (row.state === 'POSTED') return { result: () => row.audience };
      const toAll = row.audience === 'ALL';
      return {
        entries: () => (toAll ? [noticePosted(noticeId)] : []),
        write: (tx, { at, entries: [entry] }) =>
          updateNotice(tx, noticeId, { state: 'POSTED', postedAt: at, seq: toAll ? (entry?.seq ?? null) : null }),
        result: () => row.audience,
      };
    },
  });
}

interface Round {
  readonly noticeId: string;
  /** Recipients in this state are moved to the next. */
  readonly from: 'WAITING' | 'POSTED';
}

async function inTurn({ db, log }: NoticeParts, round: Round, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const userIds = await readRecipients(db.client, round.noticeId, { state: round.from, limit: atOnce });
    if (userIds.length === 0 || !(await deliverBatch(log, round, userIds))) return;
  }
}

/** Tells those of these users who have not been told yet. Returns false if the notice is no longer in the state to be told of. */
function deliverBatch(log: Log, { noticeId, from }: Round, userIds: readonly bigint[]): Promise<boolean> {
  const posting = from === 'WAITING';
  return log.append<boolean>({
    // Locks the server's stream too, so that the notice cannot be revoked meanwhile.
    lock: [serverStreamId, ...userIds],
    repeatable: true,
    async decide(inside): Promise<Verdict<boolean>> {
      const row = await inside.read(noticeFact, noticeId);
      if (row?.state !== (posting ? 'POSTED' : 'REVOKED')) return { result: () => false };
      const parts = await Promise.all(
        userIds.map(async (userId) => ({ userId, part: await inside.read(recipientPart, { noticeId, userId }) })),
      );
      const open = parts.filter(({ part }) => part?.state === from);
      const [there, gone] = [open.filter(({ part }) => part?.there), open.filter(({ part }) => !part?.there)].map((ones) =>
        ones.map(({ userId }) => userId),
      );
      return {
        entries: () => (there ?? []).map((userId) => (posting ? noticePosted(noticeId, userId) : noticeRevoked(noticeId, userId))),
        async write(tx) {
          await updateRecipients(tx, noticeId, there ?? [], posting ? { state: 'POSTED', postedAt: row.postedAt } : { state: 'REVOKED' });
          await deleteRecipients(tx, noticeId, gone ?? []);
        },
        result: () => true,
      };
    },
  });
}
