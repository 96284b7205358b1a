import type { Chat } from '../src/chat.ts';
import { ChatError } from '../src/errors.ts';
import type { Viewer } from '../src/user/index.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What one stretch of an operation is resolved with: a query, one mutation field, or one event of a subscription. */
export interface Scope {
  /** Who the stretch is resolved for: the sender, or whom a sign-in made them. */
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
  /** What has to be read before anything else of the stretch, once that is under way (readFirst). */
  first?: Promise<void>;
}

/** What every resolver is given; one per operation. */
export interface Context {
  readonly chat: Chat;
  /** Who sent the operation; null: nobody is signed in. */
  readonly viewer: Viewer | null;
  /** The client's network address, for throttling. */
  readonly address: string;
  readonly requestId: string;
  /** Aborts when the sender's access ends, or nobody is there to be answered; its reason is the error to end a subscription, or a search, with. */
  readonly signal: AbortSignal;
  /** Replaced by refresh(). */
  scope: Scope;
}

/** What the gateway knows of an operation. */
export type ContextParts = Omit<Context, 'scope'>;

/** Makes the context of one operation. */
export function createContext(parts: ContextParts): Context {
  return { ...parts, scope: new ViewerScope(parts.chat, parts.viewer) };
}

class ViewerScope implements Scope {
  readonly viewer: Viewer | null;
  readonly #chat: Chat;
  #loaders: Loaders | undefined;

  constructor(chat: Chat, viewer: Viewer | null) {
    this.viewer = viewer;
    this.#chat = chat;
  }

  // Made when first asked for: many events, and every subscription between them, need none.
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.#chat, this.viewer);
    return this.#loaders;
  }
}

/** The context in which one event is resolved for whoever sent the subscription: nothing is kept from the event before. */
export function forEvent(context: Context): Context {
  return createContext(context);
}

/**
 * The context in which one event is resolved for all who listen. Nobody looks: a field that asks who does, or from where, is not what
 * it was declared to be (shareable), and throws.
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

// A class: one for each event, and an object whose getters are written out in it takes 2 µs to make.
class Everyone implements Context {
  readonly chat: Chat;
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

/** Forgets everything read so far; what follows is resolved for `viewer`, by default the sender. */
export function refresh(context: Context, viewer: Viewer | null = context.viewer): void {
  context.scope = new ViewerScope(context.chat, viewer);
}

// Over a socket it is mostly sent under another name, which nobody refuses: a client may mean something by it.
const signInFirst =
  'Sign in first, and send the access token as `authorization: Bearer …`: over HTTP as a header, over a WebSocket in the payload of connection_init.';

/**
 * Who asks. The only way to them, so that what depends on the viewer can be told from what all listeners of an event share: root fields,
 * fields of Viewer, connections and fields named `viewer…` may call it, nothing else. Throws ChatError UNAUTHENTICATED.
 */
export function requireViewer(context: Context): Viewer {
  if (context.scope.viewer === null) throw new ChatError('UNAUTHENTICATED', signInFirst);
  return context.scope.viewer;
}
