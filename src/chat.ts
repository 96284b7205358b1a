import type { Feed } from './feed/index.ts';
import type { Groups } from './group/index.ts';
import type { Messages } from './message/index.ts';
import type { Users } from './user/index.ts';

/** The chat: everything the API does, without a word of GraphQL. */
export interface Chat extends AsyncDisposable {
  readonly users: Users;
  readonly groups: Groups;
  readonly messages: Messages;
  readonly feed: Feed;
  /** What is wrong, in a line each; empty while database and bus answer. Bounded by 2 s. */
  ailments(): Promise<readonly string[]>;
}
