// Messages that people save for themselves, to find them again, with a note of their own.
// Owns SavedMessage. Promises: what somebody may not see any more is in no list of theirs; it is of one stay in a conversation: who leaves has it no more. A user's devices are told by entries
// on their account. Nobody else can tell that a message is saved. Decided under the locks of the conversation and of the user's account.
export { createSavedMessages } from './create-saved.ts';
export type { SavedMessage, SavedMessages } from './saved.ts';
export { savedKey } from './store.ts';
