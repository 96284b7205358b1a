// Users: who there is, on which devices they are signed in, and who knows whom. Owns User, UserTerm and Session, passwords and tokens,
// Contact and ContactRequest.
// Promises: a handle is one person's for ever; an access token is good for as long as it says, but never longer than its session; ending a
// session is an entry on the account stream, so that every node hears of it; two racing refreshes get the same successor; guessing is
// throttled by handle and address, and neither answer nor time tells a wrong handle from a wrong password. All that changes a user or their
// sessions holds the account stream's lock. Two users are contacts of each other or not at all; their requests and contacts end by state, all
// under the locks of both accounts; who declines does so in silence, so a request stands for each of the two by itself. Does not know who may see whom, nor how tokens travel.
export type { ServerKey } from '../server-key.ts';
export { accountGone } from './account.ts';
export { type Accounts, createAccounts } from './accounts.ts';
export { addressing, addressingAtCommit, type Unwelcome, unwelcome } from './addressing.ts';
export type * from './administration.ts';
export { accountStates } from './administration.ts';
export type * from './block.ts';
export { isKey } from './bot-key.ts';
export { type BroughtAccount, bringAccounts, type Foreigner, requireForeigner, unclaimedHandles } from './brought.ts';
export type * from './contact.ts';
export { blockListKey, contactKey, contactRequestKey } from './contact-list.ts';
export { createAdministration } from './create-administration.ts';
export { createBlocks } from './create-blocks.ts';
export { createContacts } from './create-contacts.ts';
export { createUsers } from './create-users.ts';
export { userRow } from './facts.ts';
export type { AdministrationParts, ContactParts, UserParts } from './parts.ts';
export type { PasswordCost } from './password.ts';
export { createRoles, type RoleOwner, type Roles } from './role.ts';
export { readHandle, requireAvatarUrl } from './shape.ts';
export { requireUnsuspended } from './suspension.ts';
export type * from './user.ts';
export { deletedMessages, deviceKinds } from './user.ts';
export { changedUsers, createUserCache } from './user-cache.ts';
