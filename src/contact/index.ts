// What is between two users: contacts, contact requests and blocks. Owns the tables Contact, ContactRequest and Block.
//
// Promises:
// - Two users are contacts of each other, or neither is. A contact, request or block ends by a change of its state, under the locks of both
//   accounts.
// - Declining a request is silent, so a request has a state for each of the two users.
// - A user who is blocked cannot tell it from a user who accepts messages from contacts only.
//
// Leaves to other modules what a block does in a conversation (BlockEffects), and to its callers who may see whom.
export { type AddressingFault, addressing, addressingAtCommit, addressingError } from './addressing.ts';
export type * from './block.ts';
export type * from './contact.ts';
export { createBlocks } from './create-blocks.ts';
export { createContacts } from './create-contacts.ts';
export { blockListKey, contactKey, contactRequestKey } from './list.ts';
export type { ContactParts } from './parts.ts';
