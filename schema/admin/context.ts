import type { Note } from '../../src/audit/index.ts';
import type { Chat } from '../../src/chat.ts';
import type { Access } from '../../src/user/index.ts';

/** What every resolver of the operators' schema is given; one per request. */
export interface AdminContext {
  readonly chat: Chat;
  /** An admin, as the request began: the gateway lets nobody else in. */
  readonly viewer: Access;
  /** The client's network address. */
  readonly origin: string;
  /** Says in the audit what a mutation is about to change, and what it has changed. Of a query nothing is said. */
  readonly note: Note;
}
