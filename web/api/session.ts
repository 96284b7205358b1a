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

/** The tokens of a session. */
export interface Tokens {
  readonly accessToken: string;
  /** By this device's clock, which may differ from the server's. */
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** The session of this page. */
export interface Session {
  /** Null if nobody is signed in. */
  readonly tokens: Store<Tokens | null>;
  /** Returns the refusal, or null if it succeeded. */
  signIn(handle: string, password: string): Promise<RefusalFragment | null>;
  signUp(who: Pick<SignUpInput, 'handle' | 'password' | 'displayName'>): Promise<RefusalFragment | null>;
  /**
   * Returns an access token that is valid for at least 30 s, or null if nobody is signed in any more. Concurrent calls share one refresh.
   * Rejects if the refresh failed for another reason: try again later.
   */
  token(): Promise<string | null>;
  /** Refreshes the tokens even if they look valid, because the server rejected them. Returns whether there are new ones. */
  refresh(): Promise<boolean>;
  signOut(): Promise<void>;
}

/** Where a page keeps its session. */
export interface SessionStorages {
  /** The storage of the tab, so that two tabs can be two users who talk to each other. */
  readonly own: Storage;
  /** The storage of all tabs. */
  readonly shared: Storage;
}

/** Tokens as a tab stores them. A duplicated tab has a copy of the storage. */
interface Kept extends Tokens {
  /** Identifies the tabs that share one session. */
  readonly name: string;
}

type Given = { readonly [K in keyof Tokens]: string | null } & { readonly errors: readonly RefusalFragment[] };

// A token that expires on the way would be rejected.
const spareMs = 30_000;
const key = 'signed in';
const sharedPrefix = 'tokens of ';
// An open tab refreshes more often than that. A tab on a machine that sleeps longer has its own copy.
const forgottenMs = 86_400_000;

/**
 * Creates the session of a page. A refresh token is valid once, so each tab leaves its newest tokens where duplicates of the tab look before
 * they refresh. Two that refresh at the same moment get the same tokens. An app with one user per browser would keep everything in
 * `localStorage` (docs/api/sessions.md).
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
      // The storage is full. Duplicates of this tab are signed out if they cannot find the newest tokens; this tab need not be. Older
      // tokens there would mislead even this one.
      shared.removeItem(name);
    }
  }

  function take({ errors: [refusal], ...given }: Given, name: string): RefusalFragment | null {
    if (refusal !== undefined) return refusal;
    keep({ ...byOwnClock(given as Tokens), name });
    return null;
  }

  async function next(held: Kept): Promise<void> {
    const newest = read(shared, sharedPrefix + held.name) ?? held;
    if (newest.accessToken !== held.accessToken && !endsSoon(newest)) return keep(newest);
    const { refreshToken: given } = await post(RefreshTokenDocument, { input: { refreshToken: newest.refreshToken } }, null);
    // The user signed out meanwhile, or signed in as somebody else.
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
      const newest = held && (read(shared, sharedPrefix + held.name) ?? held);
      keep(null);
      // The page is signed out in any case. Without a network, the session ends on the server when it expires.
      if (newest !== null) await endThere(newest).catch(() => undefined);
    },
  };
}

/** Ends a session on the server, which takes a valid access token. */
async function endThere(last: Tokens): Promise<void> {
  const { refreshToken } = last;
  const { accessToken } = endsSoon(last) ? (await post(RefreshTokenDocument, { input: { refreshToken } }, null)).refreshToken : last;
  if (accessToken !== null) await post(SignOutDocument, {}, accessToken);
}

/** The same tokens with their expiry by this device's clock. If that is fast, the server's would make each request begin with a refresh. */
function byOwnClock(given: Tokens): Tokens {
  return { ...given, accessTokenExpiresAt: new Date(Date.now() + lifetimeOf(given.accessToken)).toISOString() };
}

/** How long a token lives, in ms. */
function lifetimeOf(accessToken: string): number {
  const [, claims = ''] = accessToken.split('.');
  const { iat, exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
  return (exp - iat) * 1_000;
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

/** Deletes the tokens that closed tabs have left. */
function forgetOld(shared: Storage): void {
  for (const name of Object.keys(shared).filter((one) => one.startsWith(sharedPrefix))) {
    const expiresAt = Date.parse(read(shared, name)?.accessTokenExpiresAt ?? '');
    if (!(expiresAt > Date.now() - forgottenMs)) shared.removeItem(name);
  }
}

const device = { deviceName: 'Demo app', deviceKind: 'WEB' } as const;
