import {
  RefreshTokenDocument,
  type RefusalFragment,
  SignInDocument,
  SignOutDocument,
  SignUpDocument,
  type SignUpInput,
} from '../generated/graphql.ts';
import { createStore, type Store } from '../store.ts';
import { newId } from './new-id.ts';
import { post } from './post.ts';

/** What somebody is signed in by. */
export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** Who is signed in on this page. */
export interface Session {
  /** Null: nobody. */
  readonly tokens: Store<Tokens | null>;
  /** Answers the refusal, or null when somebody is signed in. */
  signIn(handle: string, password: string): Promise<RefusalFragment | null>;
  signUp(who: Pick<SignUpInput, 'handle' | 'password' | 'displayName'>): Promise<RefusalFragment | null>;
  /** Good for half a minute at least; null: nobody is signed in any more. However many ask at once, one refreshes. Rejects where that is not known: ask again later. */
  token(): Promise<string | null>;
  /** Gets the next tokens though those at hand look good: the server has not taken them. Answers whether there are any. */
  refresh(): Promise<boolean>;
  signOut(): Promise<void>;
}

/** Where a page keeps who is signed in. */
export interface SessionStorages {
  /** The tab's, so that two tabs can be two people who talk to each other. */
  readonly own: Storage;
  /** That of all tabs. */
  readonly shared: Storage;
}

/** Tokens as a tab keeps them. A tab that was duplicated has a copy of all that its own storage had. */
interface Kept extends Tokens {
  /** Tells tabs that are one session from those of others. */
  readonly name: string;
}

type Given = { readonly [K in keyof Tokens]: string | null } & { readonly errors: readonly RefusalFragment[] };

// What is sent off with a token that ends meanwhile would be refused.
const spareMs = 30_000;
const key = 'signed in';
const sharedPrefix = 'tokens of ';
// No tab that is open goes without a refresh for so long, but on a machine that sleeps: and then it has its own copy.
const forgottenMs = 86_400_000;

/**
 * Makes the session of a page. A refresh token is good once: so each tab leaves the newest where those that are copies of it look before they refresh. Two that
 * refresh at the same moment are given the same. An application for one person at a time keeps all in `localStorage` (docs/api/sessions.md).
 */
export function createSession({ own, shared }: SessionStorages): Session {
  const tokens = createStore<Kept | null>(read(own, key));
  let refreshing: Promise<void> | null = null;
  forgetOld(shared);

  function keep(next: Kept | null): void {
    const name = next?.name ?? tokens.get()?.name;
    put(own, key, next);
    tokens.set(next);
    if (name !== undefined) leave(sharedPrefix + name, next);
  }

  function leave(name: string, next: Kept | null): void {
    try {
      put(shared, name, next);
    } catch {
      // It is full. Copies of this tab that cannot find the newest are signed out; this one need not be. What is older there would lead even this one astray.
      shared.removeItem(name);
    }
  }

  function take({ errors: [refusal], ...given }: Given, name: string): RefusalFragment | null {
    if (refusal !== undefined) return refusal;
    keep({ ...(given as Tokens), name });
    return null;
  }

  async function next(held: Kept): Promise<void> {
    const newest = read(shared, sharedPrefix + held.name) ?? held;
    if (newest.accessToken !== held.accessToken && !endsSoon(newest)) return keep(newest);
    const { refreshToken: given } = await post(RefreshTokenDocument, { input: { refreshToken: newest.refreshToken } }, null);
    // Signed out meanwhile, or signed in as somebody else.
    if (tokens.get()?.name !== held.name) return;
    const refusal = take(given, held.name);
    if (refusal?.code === 'UNAVAILABLE' || refusal?.code === 'RATE_LIMITED') throw new Error(refusal.message);
    if (refusal !== null) keep(null);
  }

  async function refresh(): Promise<boolean> {
    const held = tokens.get();
    if (held === null) return false;
    refreshing ??= next(held).finally(() => {
      refreshing = null;
    });
    await refreshing;
    return tokens.get() !== null;
  }

  return {
    tokens,
    refresh,
    async signIn(handle, password) {
      const { signIn } = await post(SignInDocument, { input: { handle, password, ...device } }, null);
      return take(signIn, newId());
    },
    async signUp(who) {
      const { signUp } = await post(SignUpDocument, { input: { ...who, ...device } }, null);
      return take(signUp, newId());
    },
    async token() {
      const held = tokens.get();
      if (held === null) return null;
      if (endsSoon(held)) await refresh();
      return tokens.get()?.accessToken ?? null;
    },
    async signOut() {
      const held = tokens.get();
      keep(null);
      // Whoever wants to go is gone from here in any case. Without a network the session ends on the server by its age.
      if (held !== null) await post(SignOutDocument, {}, held.accessToken).catch(() => undefined);
    },
  };
}

function endsSoon({ accessTokenExpiresAt }: Tokens): boolean {
  return Date.parse(accessTokenExpiresAt) - Date.now() < spareMs;
}

function read(storage: Storage, name: string): Kept | null {
  return JSON.parse(storage.getItem(name) ?? 'null');
}

function put(storage: Storage, name: string, kept: Kept | null): void {
  if (kept === null) storage.removeItem(name);
  else storage.setItem(name, JSON.stringify(kept));
}

/** Forgets what tabs have left that were closed. */
function forgetOld(shared: Storage): void {
  for (const name of Object.keys(shared).filter((one) => one.startsWith(sharedPrefix))) {
    const expiresAt = Date.parse(read(shared, name)?.accessTokenExpiresAt ?? '');
    if (!(expiresAt > Date.now() - forgottenMs)) shared.removeItem(name);
  }
}

const device = { deviceName: 'Demo app', deviceKind: 'WEB' } as const;
