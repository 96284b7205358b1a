// Notices: what operators tell users, all of them or some. Owns Notice, NoticeRecipient and the server's stream.
// Promises: a notice to everybody is one entry on the stream that everybody follows, however many there are; whoever signs up later has nothing of it. One to
// some is an entry on each of their accounts, put there by a job, once for each. A notice is posted at its time or at once, and can be taken back: before, nobody
// ever hears of it; after, it is shown nowhere any more, and who had it is told by an entry where it stood. The text is in the notice's row alone. Does not know who
// is an admin: whoever calls `post` and `revoke` has asked.
export { createNotices, type NoticeParts, noticeKey } from './create-notices.ts';
export type * from './notice.ts';
export { requireRecipients } from './shape.ts';
