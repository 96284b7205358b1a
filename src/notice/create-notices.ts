import { type NoticePlace, selectNotices } from '../db/index.ts';
import { filledPage } from '../filled-page.ts';
import type { ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import { postDue, tellRevoked } from './deliver.ts';
import type { Notice, Notices } from './notice.ts';
import type { NoticeParts } from './parts.ts';
import { postNotice } from './post.ts';
import { revokeNotice } from './revoke.ts';
import { countRecipients, listNotices, readNotices, shownNotice } from './store.ts';

/** Makes the module of notices. */
export function createNotices(parts: NoticeParts): Notices {
  const { db } = parts;

  async function readPage(userId: bigint, { first, after }: ListRequest) {
    const found = await selectNotices(db.client, { userId, limit: first + 1, before: after === undefined ? null : readKey(after) });
    const rows = await readNotices(
      db.client,
      found.slice(0, first).map(({ id }) => uuidText(id)),
    );
    // A notice that is revoked between the two reads is left out.
    const shown = rows.map((row) => row && shownNotice(row)).filter((notice) => notice !== null);
    const last = rows.at(-1);
    const end = last?.postedAt ? noticeKey({ id: last.id, postedAt: last.postedAt }) : undefined;
    return { items: shown.map((notice) => ({ notice, key: noticeKey(notice) })), hasNextPage: found.length > first, end };
  }

  async function byId({ userId }: Viewer, id: string): Promise<Notice | null> {
    if (!isUuid(id)) return null;
    const [row = null] = await readNotices(db.client, [id]);
    if (row === null) return null;
    const isTheirs = row.audience === 'ALL' ? await cameAfter(userId, row.seq) : await isHandedOn(userId, id);
    return isTheirs ? shownNotice(row) : null;
  }

  async function cameAfter(userId: bigint, seq: number | null): Promise<boolean> {
    const user = await db.client.user.findUnique({ where: { id: userId }, select: { noticesAfterSeq: true } });
    return user !== null && seq !== null && seq > user.noticesAfterSeq;
  }

  async function isHandedOn(userId: bigint, id: string): Promise<boolean> {
    const part = await db.client.noticeRecipient.findUnique({ where: { noticeId_userId: { noticeId: uuidBytes(id), userId } } });
    return part?.state === 'POSTED';
  }

  return {
    list: ({ userId }, request) => filledPage(request, (page) => readPage(userId, page)),
    byId,
    byIds: async (ids) => (await readNotices(db.client, ids)).map((row) => row && shownNotice(row)),
    post: (actorId, notice) => postNotice(parts, actorId, notice),
    revoke: (id) => revokeNotice(parts, id),
    async all({ first, after }) {
      const rows = await listNotices(db.client, { limit: first + 1, after });
      return { items: rows.slice(0, first).map((notice) => ({ notice, key: notice.id })), hasNextPage: rows.length > first };
    },
    async reach(notices) {
      const ids = notices.filter(({ audience }) => audience === 'SOME').map(({ id }) => id);
      const counts = await countRecipients(db.client, ids);
      return notices.map(({ id, audience }) => (audience === 'ALL' ? null : (counts.get(id) ?? { recipients: 0, handedOn: 0 })));
    },
    due: ({ noticeId }, signal) => postDue(parts, noticeId, signal),
    tellRevoked: ({ noticeId }, signal) => tellRevoked(parts, noticeId, signal),
    async eraseAll(userId) {
      await db.transaction((tx) => tx.noticeRecipient.deleteMany({ where: { userId } }));
    },
  };
}

/** Returns a notice's cursor in its recipient's list. */
export function noticeKey({ postedAt, id }: Pick<Notice, 'postedAt' | 'id'>): string {
  return `${postedAt.getTime()}:${id}`;
}

function readKey(key: string): NoticePlace {
  const [ms = '', id = ''] = key.split(':');
  return { postedAt: new Date(Number(ms)), id: uuidBytes(id) };
}
