import type { Fact } from '../log/index.ts';
import { findIdentity, type IdentityKey } from './identity-store.ts';
import { readOpenSessions, readSessions, readUserRows, type SessionRow, type UserRow } from './store.ts';

/** A user's row. Governed by the user's account stream. */
export const userRow: Fact<bigint, UserRow | null> = { name: 'user row', key: String, read: readUserRows };

/** A session's row by UUID text, in any state. Governed by its user's account stream. */
export const sessionRow: Fact<string, SessionRow | null> = { name: 'session', key: String, read: readSessions };

/** The user with an identity, governed by their account stream. Null if there is none: then the unique key decides races. */
export const identityOwner: Fact<IdentityKey, bigint | null> = {
  name: 'identity owner',
  // Both may contain spaces, and neither can contain a line break.
  key: ({ issuer, subject }) => `${issuer}\n${subject}`,
  read: (tx, keys) => Promise.all(keys.map((key) => findIdentity(tx, key))),
};

/** A user's sessions that have not been ended, newest first. Governed by the user's account stream. */
export const openSessions: Fact<bigint, readonly SessionRow[]> = { name: 'open sessions', key: String, read: readOpenSessions };
