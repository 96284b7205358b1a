import { ChatError } from '../errors.ts';
import { cancelJob, putJob } from '../jobs/index.ts';
import { serverStreamId, type Verdict } from '../log/index.ts';
import { isUuid } from '../uuid.ts';
import { noticeRevoked } from './entries.ts';
import type { PostedNotice } from './notice.ts';
import type { NoticeParts } from './parts.ts';
import { noticeFact, updateNotice } from './store.ts';

/** Revokes a notice. Throws as Notices.revoke says. */
export async function revokeNotice({ log }: NoticeParts, id: string): Promise<PostedNotice> {
  const absent = new ChatError('NOT_FOUND', 'Notice not found.', { field: ['id'] });
  if (!isUuid(id)) throw absent;
  return await log.append<PostedNotice>({
    lock: [serverStreamId],
    repeatable: true,
    async decide(inside): Promise<Verdict<PostedNotice>> {
      const row = await inside.read(noticeFact, id);
      if (row === null) throw absent;
      if (row.state === 'REVOKED') return { result: () => row };
      return {
        entries: () => (row.state === 'POSTED' && row.audience === 'ALL' ? [noticeRevoked(id)] : []),
        async write(tx, { at }) {
          await updateNotice(tx, id, { state: 'REVOKED', revokedAt: at });
          await cancelJob(tx, 'NoticeDue', id);
          if (row.state === 'POSTED' && row.audience === 'SOME')
            await putJob(tx, { kind: 'NoticeRevoked', key: id, data: { noticeId: id }, dueAt: at });
        },
        result: ({ at }) => ({ ...row, state: 'REVOKED', revokedAt: at }),
      };
    },
  });
}
