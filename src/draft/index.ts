// Drafts: what users have begun to write. One draft for each user and conversation, and one for each thread there.
//
// Owns Draft.
//
// Promises:
// - Of two saves the one that was written later wins, by the clocks of the devices, in whichever order they arrive.
// - No save brings back a draft that was sent or removed after it was written.
// - The draft that a message ends is removed in the commit that stores the message.
// - Nobody else can tell whether there is a draft.
// - A draft belongs to one membership. It is gone when the user leaves, and does not come back when they join again.
//
// Writes DraftChanged on the user's account stream, which tells their devices. A save is announced a while later, once for everything saved
// by then, so that typing does not fill the log (decision 83).
//
// Does not check whether the text may be sent.
export { createDrafts } from './create-drafts.ts';
export type { Draft, DraftAt, DraftPlace, DraftState, Drafts } from './draft.ts';
export { draftKey } from './store.ts';
