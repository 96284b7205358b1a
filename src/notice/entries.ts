import { type NewEntry, serverStreamId } from '../log/index.ts';

// The actor is in the notice's row, for operators only.
const nobody = { actorId: null };

/** An entry about a notice, on the server's stream or on a user's account stream. */
export interface NoticeEntry {
  readonly stream: bigint;
  readonly actorId: null;
  readonly entry: NewEntry;
}

/** Tells the followers of a stream, by default all users, that a notice is posted. */
export function noticePosted(noticeId: string, stream: bigint = serverStreamId): NoticeEntry {
  return { stream, ...nobody, entry: { type: 'NoticePosted', data: { noticeId } } };
}

/** Tells the followers of a stream, by default all users, that a notice is revoked. */
export function noticeRevoked(noticeId: string, stream: bigint = serverStreamId): NoticeEntry {
  return { stream, ...nobody, entry: { type: 'NoticeRevoked', data: { noticeId } } };
}
