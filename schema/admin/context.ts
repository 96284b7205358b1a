import type { Note } from '../../src/audit/index.ts';
import type { Chat } from '../../src/chat.ts';
import type { Access } from '../../src/user/index.ts';

/** The context of the operators' schema for resolvers, one per request. */
export interface AdminContext {
  readonly chat: Chat;
  /** An admin at the start of the request: the gateway refuses everybody else. */
  readonly viewer: Access;
  /** The client's network address. */
  readonly origin: string;
  /** Notes in the audit what a mutation is about to change, and what it has changed. Has no effect in a query. */
  readonly note: Note;
}
