import type { Fact } from '../log/index.ts';
import { readOpenSessions, readSessions, readUserRows, type SessionRow, type UserRow } from './store.ts';

/** A user's row. Governed by their account stream. */
export const userRow: Fact<bigint, UserRow | null> = { name: 'user row', key: String, read: readUserRows };

/** A session's row by UUID text, in any state. Governed by its user's account stream. */
export const sessionRow: Fact<string, SessionRow | null> = { name: 'session', key: String, read: readSessions };

/** A user's sessions that have not been ended, newest first. Governed by their account stream. */
export const openSessions: Fact<bigint, readonly SessionRow[]> = { name: 'open sessions', key: String, read: readOpenSessions };
