import type { Chat } from '../src/chat.ts';
import { ChatError } from '../src/errors.ts';
import type { Viewer } from '../src/user/index.ts';
import type { Cost } from './cost.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** The state for resolving one part of an operation: a query, one field of a mutation, or one event of a subscription. */
export interface Scope {
  /** The viewer for this part: the sender of the operation, or the user whom a sign-in has just signed in. */
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
  /** The read that comes before all others of this part (readFirst). Absent until it starts. */
  first?: Promise<void>;
}

/** The context for resolvers, one per operation. */
export interface Context {
  readonly chat: Chat;
  /** The user who sent the operation. Null if nobody is signed in. */
  readonly viewer: Viewer | null;
  /** The client's network address, for throttling. */
  readonly address: string;
  readonly requestId: string;
  /**
   * Aborts when the sender's access ends, or nobody waits for the answer any more. Its reason is the error for a subscription or search
   * that it ends.
   */
  readonly signal: AbortSignal;
  /** What the operation has cost so far. Null for an event, whose document alone is limited. */
  readonly cost: Cost | null;
  /** Replaced by refresh(). */
  scope: Scope;
  /** Set once a mutation of this operation has reported UNAVAILABLE in its payload: such an operation has failed through no fault of the client. */
  unavailable?: true;
}

/** The parts of a context that the gateway provides. */
export type ContextParts = Omit<Context, 'cost' | 'scope' | 'unavailable'>;

/** Creates the context of an operation. */
export function createContext(parts: ContextParts, cost: Cost | null = null): Context {
  return { ...parts, cost, scope: new ViewerScope(parts.chat, parts.viewer) };
}

class ViewerScope implements Scope {
  readonly viewer: Viewer | null;
  readonly #chat: Chat;
  #loaders: Loaders | undefined;

  constructor(chat: Chat, viewer: Viewer | null) {
    this.viewer = viewer;
    this.#chat = chat;
  }

  // Created on demand: many events, and every subscription between events, need none.
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.#chat, this.viewer);
    return this.#loaders;
  }
}

/** Creates the context of one event for the sender of the subscription. Nothing is cached from earlier events. */
export function forEvent(context: Context): Context {
  return createContext(context);
}

/**
 * Creates the context of one event for all its listeners. It has no viewer: a field that asks for the viewer or the address is wrongly
 * declared as shareable, and throws.
 */
export function forEveryone({ chat }: Context): Context {
  return new Everyone(chat);
}

class EveryonesScope implements Scope {
  readonly loaders: Loaders;

  constructor(chat: Chat) {
    this.loaders = createLoaders(chat, null);
  }

  get viewer(): never {
    return noOne();
  }
}

// A class, because there is one for each event: an object literal with getters takes 2 µs to create.
class Everyone implements Context {
  readonly chat: Chat;
  readonly cost = null;
  scope: Scope;

  constructor(chat: Chat) {
    this.chat = chat;
    this.scope = new EveryonesScope(chat);
  }

  get viewer(): never {
    return noOne();
  }

  get address(): never {
    return noOne();
  }

  get requestId(): never {
    return noOne();
  }

  get signal(): never {
    return noOne();
  }
}

function noOne(): never {
  throw new Error('a field that is declared shareable asks who looks');
}

/** Forgets everything read so far. What follows is resolved for `viewer`, by default the sender. */
export function refresh(context: Context, viewer: Viewer | null = context.viewer): void {
  context.scope = new ViewerScope(context.chat, viewer);
}

// Over a WebSocket clients often send the token under another name. That is not refused, because the client may use the name for something
// else.
const signInFirst =
  'Sign in first, and send the access token as `authorization: Bearer …`: over HTTP as a header, over a WebSocket in the payload of connection_init.';

/**
 * Returns the viewer. This is the only way to get the viewer, so that what depends on the viewer can be told from what all listeners of an
 * event share. It may be called by root fields, fields of Viewer, connections and fields named `viewer…`, and nowhere else. Throws
 * ChatError UNAUTHENTICATED.
 */
export function requireViewer(context: Context): Viewer {
  if (context.scope.viewer === null) throw new ChatError('UNAUTHENTICATED', signInFirst);
  return context.scope.viewer;
}
