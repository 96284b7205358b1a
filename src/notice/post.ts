import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { putJob } from '../jobs/index.ts';
import { type Inside, serverStreamId, type Verdict } from '../log/index.ts';
import { readHandle } from '../user/index.ts';
import { newUuid } from '../uuid.ts';
import { noticePosted } from './entries.ts';
import type { NewNotice, Posting, Recipient } from './notice.ts';
import type { NoticeParts } from './parts.ts';
import { requireBody, requireClientNoticeId, requireRecipients, requireTime, requireTitle } from './shape.ts';
import {
  activeUsers,
  insertNotice,
  madeNotice,
  type NoticeRecipient,
  type NoticeRow,
  recipientsOf,
  usersByHandle,
  wereThere,
} from './store.ts';

/** The ids of the recipients who are there, without duplicates, and an error for each one who is not. */
interface Found {
  readonly userIds: readonly bigint[];
  readonly errors: readonly ChatError[];
  /** Whether one of them was never there, so that no earlier notice can have been for them. */
  readonly someNever: boolean;
}

/** Posts or schedules a notice. Throws as Notices.post says. */
export async function postNotice({ db, log }: NoticeParts, actorId: bigint | null, wish: NewNotice): Promise<Posting> {
  const { title, body, to, at = null, clientNoticeId = null } = wish;
  requireTitle(title);
  requireBody(body);
  requireClientNoticeId(clientNoticeId);
  if (at !== null) requireTime(at, await db.now());
  const { userIds, errors, someNever } = to === 'ALL' ? { userIds: [], errors: [], someNever: false } : await findRecipients(db.client, to);
  const audience = to === 'ALL' ? ('ALL' as const) : ('SOME' as const);
  const wished = { title, body, audience, createdById: actorId, clientNoticeId, at, userIds };
  return log.append<Posting>({
    lock: [serverStreamId],
    async decide(inside): Promise<Verdict<Posting>> {
      // Comes before the errors: a recipient of the first request may be gone by the second.
      const made = await madeBefore(inside, wished);
      if (made !== null && !someNever) return { result: () => ({ notice: made, errors: [] }) };
      return errors.length > 0 ? { result: () => ({ notice: null, errors }) } : postingNow(inside, wished);
    },
  });
}

interface Wished extends Pick<NoticeRow, 'title' | 'body' | 'audience' | 'createdById' | 'clientNoticeId'> {
  readonly at: Date | null;
  readonly userIds: readonly bigint[];
}

/** Returns the notice that the same creator already created under this clientNoticeId; null if there is none. Throws CONFLICT. */
async function madeBefore(inside: Inside, wished: Wished): Promise<NoticeRow | null> {
  const { createdById, clientNoticeId, userIds } = wished;
  if (clientNoticeId === null) return null;
  const row = await inside.read(madeNotice, { createdById, clientNoticeId });
  if (row === null || (isSame(row, wished) && isFor(await inside.read(recipientsOf, row.id), userIds))) return row;
  throw new ChatError('CONFLICT', 'This clientNoticeId was used for another notice. Use a new one.', { field: ['clientNoticeId'] });
}

function isSame(row: NoticeRow, { title, body, audience, at }: Wished): boolean {
  const postAt = isLater(at, row.createdAt) ? at : row.createdAt;
  return row.title === title && row.body === body && row.audience === audience && row.postAt.getTime() === postAt.getTime();
}

/** Whether a notice to these recipients is for these users. Recipients whose account has been erased meanwhile need not be among them. */
function isFor(recipients: readonly NoticeRecipient[], userIds: readonly bigint[]): boolean {
  const [had, named] = [new Set(recipients.map(({ userId }) => userId)), new Set(userIds)];
  return userIds.every((id) => had.has(id)) && recipients.every(({ userId, there }) => named.has(userId) || !there);
}

/** Whether a notice that is created at `now` waits for its time. */
function isLater(at: Date | null, now: Date): at is Date {
  return at !== null && at > now;
}

function postingNow({ now, head }: Inside, { at, userIds, ...made }: Wished): Verdict<Posting> {
  const id = newUuid();
  const later = isLater(at, now);
  const toAll = made.audience === 'ALL';
  const row: NoticeRow = {
    ...made,
    id,
    state: later ? 'SCHEDULED' : 'POSTED',
    createdAt: now,
    postAt: later ? at : now,
    postedAt: later ? null : now,
    revokedAt: null,
    seq: later || !toAll ? null : (head(serverStreamId)?.lastSeq ?? 0) + 1,
  };
  return {
    entries: () => (row.seq === null ? [] : [noticePosted(id)]),
    async write(tx) {
      await insertNotice(tx, row, userIds);
      if (later || !toAll) await putJob(tx, { kind: 'NoticeDue', key: id, data: { noticeId: id }, dueAt: row.postAt });
    },
    result: () => ({ notice: row, errors: [] }),
  };
}

async function findRecipients(tx: Tx, to: readonly Recipient[]): Promise<Found> {
  requireRecipients('to', to);
  const handles = to.flatMap((one) => ('handle' in one ? (readHandle(one.handle) ?? []) : []));
  const ids = to.flatMap((one) => ('userId' in one ? [one.userId] : []));
  const [named, there] = await Promise.all([usersByHandle(tx, [...new Set(handles)]), activeUsers(tx, [...new Set(ids)])]);
  const known = new Set(there);
  function idOf(one: Recipient): bigint | undefined {
    if ('handle' in one) return named.get(readHandle(one.handle) ?? '');
    return known.has(one.userId) ? one.userId : undefined;
  }
  const userIds = to.map(idOf);
  const errors = userIds.flatMap((id, index) =>
    id === undefined ? [new ChatError('NOT_FOUND', 'User not found.', { field: ['to', String(index)] })] : [],
  );
  const absent = {
    userIds: ids.filter((id) => !known.has(id)),
    handles: handles.filter((handle) => !named.has(handle)),
  };
  // A handle that cannot be read is nobody's.
  const someNever = ids.length + handles.length < to.length || !(await wereThere(tx, absent));
  return { userIds: [...new Set(userIds.filter((id) => id !== undefined))], errors, someNever };
}
