// Users: accounts and sessions. Owns the tables User, UserTerm, HandleHold, Identity, Suspension and Session, and all passwords and
// tokens.
//
// Promises:
// - At any time, a handle belongs to one user at most. A handle that is given up is kept back for its user for config HANDLE_HOLD_DAYS.
// - An access token is valid as long as it says, but never longer than its session.
// - The end of a session is an entry on the account stream, so every node gets it.
// - Two refreshes that race get the same successor.
// - Guessing is throttled by handle and by address. Neither the answer nor its time tells a wrong handle from a wrong password.
// - Every change of a user or their sessions holds the lock of the account stream, except of when a session was last seen.
//
// Leaves to its callers who may see whom, and how tokens are transported.
export type { ServerKey } from '../server-key.ts';
export { accountGone } from './account.ts';
export { type Accounts, createAccounts } from './accounts.ts';
export type * from './administration.ts';
export { accountStates } from './administration.ts';
export { isKey } from './bot-key.ts';
export { createAdministration } from './create-administration.ts';
export { createUsers } from './create-users.ts';
export { userRow } from './facts.ts';
export { type AccountToImport, type ImportedAccount, importAccounts, requireImportable, unclaimedHandles } from './import-accounts.ts';
export type { AdministrationParts, UserParts } from './parts.ts';
export type { PasswordCost } from './password.ts';
export { createRoles, type RoleOwner, type Roles } from './role.ts';
export { readHandle, requireAvatarUrl } from './shape.ts';
export { requireUnsuspended } from './suspension.ts';
export type * from './user.ts';
export { deletedMessages, deviceKinds } from './user.ts';
export { changedUsers, createUserCache } from './user-cache.ts';
