import type { Db, Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { leaveJob } from '../jobs/index.ts';
import { type Inside, type Log, serverStreamId, type Verdict } from '../log/index.ts';
import { readHandle } from '../user/index.ts';
import { newUuid } from '../uuid.ts';
import { noticePosted } from './entries.ts';
import type { NewNotice, PostedNotice, Posting, Recipient } from './notice.ts';
import { requireBody, requireClientNoticeId, requireRecipients, requireTime, requireTitle } from './shape.ts';
import { activeUsers, insertNotice, madeNotice, type NoticeRow, usersByHandle } from './store.ts';

/** What the files of the module share. */
export interface NoticeParts {
  readonly db: Db;
  readonly log: Log;
}

/** The ids of the recipients, without duplicates; or why the notice cannot be posted. */
type Found = { readonly userIds: readonly bigint[] } | { readonly errors: readonly ChatError[] };

/** Posts or schedules a notice. Throws as Notices.post says. */
export async function postNotice({ db, log }: NoticeParts, actorId: bigint | null, wish: NewNotice): Promise<Posting> {
  const { title, body, to, at = null, clientNoticeId = null } = wish;
  requireTitle(title);
  requireBody(body);
  requireClientNoticeId(clientNoticeId);
  if (at !== null) requireTime(at, await db.now());
  const found = to === 'ALL' ? { userIds: [] } : await findRecipients(db.client, to);
  if ('errors' in found) return { notice: null, errors: found.errors };
  const made = { title, body, audience: to === 'ALL' ? ('ALL' as const) : ('SOME' as const), createdById: actorId, clientNoticeId };
  const notice = await log.append<PostedNotice>({
    lock: [serverStreamId],
    decide: async (inside) => (await madeBefore(inside, made)) ?? postingNow(inside, { ...made, at, userIds: found.userIds }),
  });
  return { notice, errors: [] };
}

type Made = Pick<NoticeRow, 'title' | 'body' | 'audience' | 'createdById' | 'clientNoticeId'>;

/**
 * Returns the verdict for a notice that the same creator already created under this clientNoticeId; null if there is none. Throws CONFLICT.
 */
async function madeBefore(inside: Inside, { createdById, clientNoticeId, ...wish }: Made): Promise<Verdict<PostedNotice> | null> {
  if (clientNoticeId === null) return null;
  const row = await inside.read(madeNotice, { createdById, clientNoticeId });
  if (row === null) return null;
  if (row.title === wish.title && row.body === wish.body && row.audience === wish.audience) return { result: () => row };
  throw new ChatError('CONFLICT', 'This clientNoticeId was used for another notice. Use a new one.', { field: ['clientNoticeId'] });
}

interface Wished extends Made {
  readonly at: Date | null;
  readonly userIds: readonly bigint[];
}

function postingNow({ now, head }: Inside, { at, userIds, ...made }: Wished): Verdict<PostedNotice> {
  const id = newUuid();
  const later = at !== null && at > now;
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
      if (later || !toAll) await leaveJob(tx, { kind: 'NoticeDue', key: id, data: { noticeId: id }, dueAt: row.postAt });
    },
    result: () => row,
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
  return errors.length > 0 ? { errors } : { userIds: [...new Set(userIds.filter((id) => id !== undefined))] };
}
