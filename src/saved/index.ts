// Saved messages: messages that users save for themselves to find them again, each with a note of their own.
//
// Owns SavedMessage.
//
// Promises:
// - A message that the user may no longer see is not in their list.
// - A saved message belongs to one membership. It is gone when the user leaves, and does not come back when they join again (decision 83).
// - Nobody else can tell that a message is saved.
//
// All decisions are made under the locks on the conversation's stream and the user's account stream. Writes SavedMessageChanged on the
// account stream, which tells the user's devices.
export { createSavedMessages } from './create-saved.ts';
export type { SavedMessage, SavedMessages } from './saved.ts';
export { savedKey } from './store.ts';
