import type { Chat } from '../../src/chat.ts';
import type { Access } from '../../src/user/index.ts';

/** What every resolver of the operators' schema is given; one per request. */
export interface AdminContext {
  readonly chat: Chat;
  /** An admin, as the request began: the gateway lets nobody else in. */
  readonly viewer: Access;
}
