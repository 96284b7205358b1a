// Notices: messages of operators to all users, or to some.
//
// Owns Notice, NoticeRecipient and the server's stream.
//
// Promises:
// - A notice to all is one entry on the server's stream, which everybody follows, however many users there are. It does not exist for users
//   who sign up later.
// - A notice to some is an entry on the account stream of each. A job writes these, once for each recipient.
// - A notice is posted at once or at its time. If it is revoked before, nobody ever hears of it. If it is revoked after, it is no longer
//   shown anywhere, and an entry on the same streams tells those who got it.
// - The text is in the notice's row alone, and not in entries (decision 32).
//
// Leaves to its callers: whoever calls `post` and `revoke` must have checked that the caller is an admin.
export { createNotices, noticeKey } from './create-notices.ts';
export type * from './notice.ts';
export type { NoticeParts } from './parts.ts';
export { requireRecipients } from './shape.ts';
