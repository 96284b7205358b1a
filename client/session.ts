import { claimsOf } from './claims.ts';
import { type Clock, systemClock } from './clock.ts';
import { inform } from './inform.ts';
import { type Locked, webLock } from './lock.ts';
import { type Granted, type Refusal, sessionRequests } from './session-request.ts';
import { memoryStorage, readTokens, type SessionStorage, type Tokens, writeTokens } from './session-storage.ts';
import { signedFetch } from './signed-fetch.ts';

/** The token fields of the payloads of `signUp`, `signIn` and `signInWithToken`. Relay types what may be null as `undefined` too. */
export type Given = { readonly [K in keyof Granted]: string | null | undefined };

/** The options of a session. */
export interface SessionOptions {
  /** `https://…/graphql` */
  readonly url: string;
  /** Keeps the tokens. All tabs of one session share it. Default: in memory, until the page is closed. */
  readonly storage?: SessionStorage | undefined;
  /** The key in the storage. Defaults to `mpim session`. */
  readonly key?: string | undefined;
  /**
   * Returns a token of your identity provider or backend, or null if nobody is signed in there. With it, a user without a session gets one
   * by `signInWithToken`, and another when it ends, unless they signed out.
   */
  readonly identityToken?: (() => Promise<string | null>) | undefined;
  /** The device in the list of sessions, for sign-ins by `identityToken`. */
  readonly device?: { readonly deviceName?: string; readonly deviceKind?: string } | undefined;
  /**
   * Called when somebody signed in, when nobody is signed in any more (also in between, if another user signs in), and when the server
   * refused a sign-in. `refusal` has the server's reason, or null.
   */
  readonly onChange?: ((signedIn: boolean, refusal: Refusal | null) => void) | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** Keeps a user signed in. There is one refresh at a time, across all callers and tabs. */
export interface Session {
  /**
   * Starts a session with the payload of a sign-in mutation, or without one by `identityToken`. Throws TypeError if the payload has no
   * tokens: check its `errors` first.
   */
  begin(given?: Given): Promise<void>;
  /**
   * Returns an access token that is valid for at least 30 s (or a quarter of its lifetime, if that is shorter), or null if nobody is signed
   * in. Rejects if that cannot be determined now (try again later), or if the user signs out meanwhile.
   */
  readonly token: () => Promise<string | null>;
  /** Call it when the server rejected the token: gets another one and returns whether there is one. Rejects like `token`. */
  readonly refresh: () => Promise<boolean>;
  /**
   * A `fetch` that adds the access token to requests to the origin of `url`, and to no other. If the server rejects it, the request is
   * repeated once with another token of the same user.
   */
  readonly fetch: typeof fetch;
  /**
   * Aborted once the user of this page has signed out, or another one has signed in, who has another signal. For `followEvents`,
   * `createOutbox` and `createSocketClient`. A session that ends by itself does not abort it: its user may sign in again.
   */
  readonly signal: AbortSignal;
  /** Ends the session here and, if the server can be reached, there. Requests that are under way for tokens are given up. */
  signOut(): Promise<void>;
}

// A token that expires on the way would be rejected. For tokens that live less than two minutes it is a quarter of their lifetime.
const spareMs = 30_000;
// A provider answers within seconds, or fails by its own time limits.
const longestIdentityMs = 60_000;

/** Creates a session. */
export function createSession({
  url,
  storage = memoryStorage(),
  key = 'mpim session',
  identityToken,
  device,
  onChange,
  fetch: fetchBy = (input, init) => fetch(input, init),
  clock = systemClock,
}: SessionOptions): Session {
  const request = sessionRequests(url, fetchBy, clock);
  const locked: Locked = webLock(key, clock);
  /** Undefined until the storage was read. */
  let held: Tokens | null | undefined;
  /** The last user of this page who did not sign out. The page does not switch to another user by itself. */
  let owner: string | null = null;
  /** Aborted when the owner changes. */
  let tenure = new AbortController();
  /** No sign-in by `identityToken` until `begin` is called: the user signed out in some tab, or was refused. */
  let left = false;
  /** Aborted by a sign-out, which waits for none of the requests for its user. */
  let errands = new AbortController();
  /** The last refresh token that the server refused. It stays in the storage while `identityToken` is asked for the next session. */
  let refused: string | null = null;
  /** The storage did not accept the last tokens. */
  let unkept = false;
  let renewing: Promise<void> | null = null;

  function belongTo(name: string | null): void {
    const ending = owner === null || owner === name ? null : tenure;
    owner = name;
    if (ending === null) return;
    tenure = new AbortController();
    ending.abort();
  }

  function become(next: Tokens | null, refusal: Refusal | null = null): void {
    const before = held ?? null;
    held = next;
    if (next !== null) belongTo(next.name);
    const isOther = before?.name !== next?.name;
    // The user before is told of as well, or what was shown to them would be shown to the next.
    if (isOther && before !== null && next !== null) inform(clock, () => onChange?.(false, null));
    if (isOther || refusal !== null) inform(clock, () => onChange?.(next !== null, refusal));
  }

  async function keep(next: Tokens | null, refusal: Refusal | null = null): Promise<void> {
    try {
      unkept = !(await writeTokens(storage, key, next));
    } finally {
      become(next, refusal);
    }
  }

  async function kept(): Promise<Tokens | null> {
    return (await readTokens(storage, key)) ?? (unkept ? (held ?? null) : null);
  }

  /** Whether another tab signed this user out, or signed in somebody else. */
  function isOver(stored: Tokens | null): boolean {
    return stored === null ? Boolean(held) : owner !== null && stored.name !== owner;
  }

  /** Continues signed out, and not as the user of another tab. */
  function leave(): void {
    left = true;
    become(null);
  }

  /**
   * Stores the outcome of a request that used the stored tokens `before`, unless another tab without the lock has stored something else
   * meanwhile.
   */
  async function settle(before: Tokens | null, next: Tokens | null, refusal: Refusal | null = null): Promise<void> {
    const stored = await kept();
    if (stored?.refreshToken === before?.refreshToken) return keep(next, refusal);
    if (isOver(stored)) leave();
    else become(stored);
  }

  /** Finds or requests tokens other than the rejected access token. */
  async function renew(spent: string | null): Promise<void> {
    if (held === null && !canEnter()) return;
    const stored = await kept();
    if (isOver(stored)) return leave();
    if (stored !== null && stored.refreshToken !== refused) {
      if (stored.accessToken !== spent && !endsSoon(stored)) return become(stored);
      const { given, refusal } = await request.refresh(stored.refreshToken, errands.signal);
      if (given !== null || !canEnter()) return settle(stored, given && tokensOf(given, stored.name), refusal);
      refused = stored.refreshToken;
      become(null, refusal);
    }
    await enter(stored, await identityNow(), owner);
  }

  function canEnter(): boolean {
    return identityToken !== undefined && !left;
  }

  /** Signs in by a token of `identityToken`. If it belongs to another user than expected, only the next page is signed in as that user. */
  async function enter(before: Tokens | null, token: string | null, expected: string | null): Promise<void> {
    if (token === null) return settle(before, null);
    const { given, refusal } = await request.signIn({ token, ...device }, errands.signal);
    const next = given && tokensOf(given);
    if (next === null) left = true;
    if (next === null || expected === null || next.name === expected) return settle(before, next, refusal);
    await writeTokens(storage, key, next);
    leave();
  }

  /** Returns a token of `identityToken`, if it may be asked. Rejects after a time limit, because everything else waits for it. */
  function identityNow(): Promise<string | null> {
    return new Promise((resolve, reject) => {
      if (identityToken === undefined || left) return resolve(null);
      const { signal } = errands;
      const leaving = (): void => reject(signal.reason);
      signal.addEventListener('abort', leaving);
      const calm = clock.after(longestIdentityMs, () => reject(new Error('identityToken does not answer')));
      const answered = identityToken().then(resolve, reject).finally(calm);
      void answered.finally(() => signal.removeEventListener('abort', leaving));
    });
  }

  function renewed(spent: string | null): Promise<void> {
    renewing ??= locked(() => renew(spent)).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function fresh(): Promise<Tokens | null> {
    if (held ? endsSoon(held) : held === undefined || canEnter()) await renewed(null);
    return held ?? null;
  }

  async function token(): Promise<string | null> {
    return (await fresh())?.accessToken ?? null;
  }

  /** Ends a session on the server, which takes a valid access token. */
  async function endThere(last: Tokens): Promise<void> {
    const { accessToken } = endsSoon(last) ? ((await request.refresh(last.refreshToken)).given ?? last) : last;
    await request.signOut(accessToken);
  }

  /** Tokens for a request that begins now. Null if its user is gone when they come, as it is not sent as the next user's. */
  async function ours(): Promise<Tokens | null> {
    const { signal } = tenure;
    const tokens = await fresh();
    return signal.aborted ? null : tokens;
  }

  /** Replaces a rejected token, unless it was replaced meanwhile. */
  async function replace(spent: string | null): Promise<boolean> {
    if (spent === (held?.accessToken ?? null)) await renewed(spent);
    return Boolean(held);
  }

  function tokensOf({ accessToken, accessTokenExpiresAt, refreshToken }: Granted, name?: string): Tokens {
    const now = clock.now();
    const claims = claimsOf(accessToken);
    const lifetime = claims?.lifetime ?? Date.parse(accessTokenExpiresAt) - now;
    return {
      ...{ accessToken, refreshToken, name: name ?? claims?.name ?? newName() },
      freshUntil: now + lifetime - Math.min(spareMs, lifetime / 4),
    };
  }

  function endsSoon({ freshUntil }: Tokens): boolean {
    return clock.now() >= freshUntil;
  }

  /** Replacements for rejected tokens, or null if there are none or another user is signed in by now. */
  async function instead(spent: Tokens): Promise<Tokens | null> {
    await replace(spent.accessToken);
    return held?.name === spent.name ? held : null;
  }

  return {
    async begin(given) {
      if (left) errands = new AbortController();
      left = false;
      if (given === undefined && identityToken !== undefined) {
        // It may ask the user, for minutes. Only the caller of `begin` waits for that.
        const theirs = await identityToken();
        return locked(async () => (left || theirs === null ? undefined : enter(await kept(), theirs, null)));
      }
      const { accessToken = null, accessTokenExpiresAt = null, refreshToken = null } = given ?? {};
      if (accessToken === null || accessTokenExpiresAt === null || refreshToken === null) throw new TypeError('there are no tokens in it');
      await locked(() => keep(tokensOf({ accessToken, accessTokenExpiresAt, refreshToken })));
    },
    token,
    refresh: () => replace(held?.accessToken ?? null),
    fetch: signedFetch({ url, fetchBy, ours, instead }),
    get signal() {
      return tenure.signal;
    },
    async signOut() {
      left = true;
      errands.abort(new Error('The user has signed out.'));
      let last: Tokens | null = null;
      await locked(async () => {
        last = held ?? null;
        // Also one whose session has ended, so that no other tab begins the next one.
        const leaving = held?.name ?? owner;
        try {
          const stored = await kept();
          const isOwn = held === undefined || stored?.name === leaving;
          if (isOwn && held !== null) last = stored;
          if (isOwn) await keep(null);
        } finally {
          become(null);
          belongTo(null);
        }
      }).finally(async () => {
        // The user is signed out here in any case. Without a network, the session ends on the server when it expires.
        if (last !== null) await endThere(last).catch(() => undefined);
      });
    },
  };
}

/** Identifies a user whose access token does not name them. It is not used for security. */
function newName(): string {
  return Math.random().toString(36).slice(2);
}
