import {
  RefreshTokenDocument,
  type RefusalFragment,
  SignInDocument,
  SignOutDocument,
  SignUpDocument,
  type SignUpInput,
} from '../generated/graphql.ts';
import { createStore, type Store } from '../store.ts';
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

type Given = { readonly [K in keyof Tokens]: string | null } & { readonly errors: readonly RefusalFragment[] };

// What is sent off with a token that ends meanwhile would be refused.
const spareMs = 30_000;
const key = 'session';

/**
 * Makes the session of a page. `storage` is that of the tab, so that two tabs can be two people who talk to each other. An application for one person at
 * a time keeps it in `localStorage`, which all tabs share, and refreshes within `navigator.locks` (docs/api.md).
 */
export function createSession(storage: Storage): Session {
  const tokens = createStore<Tokens | null>(JSON.parse(storage.getItem(key) ?? 'null'));
  let refreshing: Promise<void> | null = null;

  function keep(next: Tokens | null): void {
    if (next === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(next));
    tokens.set(next);
  }

  function take({ errors: [refusal], ...given }: Given): RefusalFragment | null {
    if (refusal !== undefined) return refusal;
    keep(given as Tokens);
    return null;
  }

  async function next({ refreshToken }: Tokens): Promise<void> {
    const { refreshToken: given } = await post(RefreshTokenDocument, { input: { refreshToken } }, null);
    const refusal = take(given);
    if (refusal?.code === 'UNAVAILABLE') throw new Error(refusal.message);
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
      return take(signIn);
    },
    async signUp(who) {
      const { signUp } = await post(SignUpDocument, { input: { ...who, ...device } }, null);
      return take(signUp);
    },
    async token() {
      const held = tokens.get();
      if (held === null) return null;
      if (Date.parse(held.accessTokenExpiresAt) - Date.now() < spareMs) await refresh();
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

const device = { deviceName: 'Demo app', deviceKind: 'WEB' } as const;
