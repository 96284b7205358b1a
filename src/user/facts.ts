import type { Fact } from '../log/index.ts';
import { findIdentity, type IdentityKey } from './identity-store.ts';
import { readOpenSessions, readSessions, readUserRows, type SessionRow, type UserRow } from './store.ts';

/** A user's row. Governed by their account stream. */
export const userRow: Fact<bigint, UserRow | null> = { name: 'user row', key: String, read: readUserRows };

/** A session's row by UUID text, in any state. Governed by its user's account stream. */
export const sessionRow: Fact<string, SessionRow | null> = { name: 'session', key: String, read: readSessions };

/** Who signs in by an account elsewhere; null: nobody so far. Governed by no stream: between those who race, the unique key decides. */
export const identityOwner: Fact<IdentityKey, bigint | null> = {
  name: 'identity owner',
  // Spaces may stand in both, lines in neither.
  key: ({ issuer, subject }) => `${issuer}\n${subject}`,
  read: (tx, keys) => Promise.all(keys.map((key) => findIdentity(tx, key))),
};

/** A user's sessions that have not been ended, newest first. Governed by their account stream. */
export const openSessions: Fact<bigint, readonly SessionRow[]> = { name: 'open sessions', key: String, read: readOpenSessions };
