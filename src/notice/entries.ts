import { type NewEntry, serverStreamId } from '../log/index.ts';

// Who did it is in the notice's row, for operators alone.
const nobody = { actorId: null };

/** An entry about a notice, on the server's stream or an account's. */
export interface NoticeEntry {
  readonly stream: bigint;
  readonly actorId: null;
  readonly entry: NewEntry;
}

/** Tells whoever follows a stream, by default everybody, of a notice. */
export function noticePosted(noticeId: string, stream: bigint = serverStreamId): NoticeEntry {
  return { stream, ...nobody, entry: { type: 'NoticePosted', data: { noticeId } } };
}

/** Tells the same that it is taken back. */
export function noticeRevoked(noticeId: string, stream: bigint = serverStreamId): NoticeEntry {
  return { stream, ...nobody, entry: { type: 'NoticeRevoked', data: { noticeId } } };
}
