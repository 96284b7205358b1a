// What people have begun to write: one draft of a user for each conversation, and for each thread there.
// Owns Draft. Promises: of two saves the one counts that was written later by what devices say, in whichever order they come, and none brings back what was sent or removed after it was written;
// what a message ends goes in the commit that stores the message. A user's devices are told by entries on their account, a while after and once for all that was saved by then, so that a log is not
// filled by somebody who types. Nobody else can tell whether there is any. It is of one stay in a conversation: who leaves has it no more. Does not ask whether what is written may be said.
export { createDrafts } from './create-drafts.ts';
export type { Draft, DraftAt, DraftPlace, Drafts, DraftWord } from './draft.ts';
export { draftKey } from './store.ts';
