import { type Clock, systemClock } from './clock.ts';
import { inform } from './inform.ts';
import { type Locked, webLock } from './lock.ts';
import { type Granted, type Refusal, sessionRequests } from './session-request.ts';
import { readTokens, type SessionStorage, type Tokens, writeTokens } from './session-storage.ts';
import { signedFetch } from './signed-fetch.ts';

/** What `signUp`, `signIn` and `signInWithToken` answer of tokens. */
export type Given = { readonly [K in keyof Granted]: string | null };

/** What a session is made of. */
export interface SessionOptions {
  /** `https://…/graphql` */
  readonly url: string;
  /** Where the tokens are kept; all tabs of one session share it. Default: in memory, and gone with the page. */
  readonly storage?: SessionStorage | undefined;
  /** Under which name. Default: `mpim session`. */
  readonly key?: string | undefined;
  /**
   * Gives a token of your identity provider, or of your backend, for who has an account there; null: nobody is signed in there. With it whoever has no session gets one by
   * `signInWithToken`, and gets another when it ends, unless they have signed out.
   */
  readonly identityToken?: (() => Promise<string | null>) | undefined;
  /** How the device is called in the list of sessions, where `identityToken` signs it in. */
  readonly device?: { readonly deviceName?: string; readonly deviceKind?: string } | undefined;
  /** Called when somebody is signed in, or nobody any more, or the server has refused to sign anybody in; `refusal`: why, where it said so. */
  readonly onChange?: ((signedIn: boolean, refusal: Refusal | null) => void) | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** Who is signed in, and stays so: one refresh at a time, however many ask and in however many tabs. */
export interface Session {
  /** Takes what a mutation has answered that signs in; without it, signs in by `identityToken`. Throws where it has no tokens: look at its `errors` first. */
  begin(given?: Given): Promise<void>;
  /** An access token that is good for half a minute at least (a quarter of its life, if that is short); null: nobody is signed in. Rejects where that cannot be known now: ask again later. */
  readonly token: () => Promise<string | null>;
  /** For when the server has not taken the token: gets another, and answers whether there is one. Rejects as `token` does. */
  readonly refresh: () => Promise<boolean>;
  /** A `fetch` that sends the access token along, to the origin of `url` alone, and asks once more with another of the same user where the server has not taken it. */
  readonly fetch: typeof fetch;
  /** Ends the session here and, if it can be reached, on the server. */
  signOut(): Promise<void>;
}

// What is sent off with a token that ends meanwhile would be refused. Of one that lives for less than two minutes it is a quarter.
const spareMs = 30_000;
// A provider is asked within seconds, its own time limits included.
const longestIdentityMs = 60_000;

/** Keeps somebody signed in. */
export function createSession({
  url,
  storage = memory(),
  key = 'mpim session',
  identityToken,
  device,
  onChange,
  fetch: fetchBy = (input, init) => fetch(input, init),
  clock = systemClock,
}: SessionOptions): Session {
  const request = sessionRequests(url, fetchBy, clock);
  const locked: Locked = webLock(key, clock);
  /** Undefined: not looked for yet. */
  let held: Tokens | null | undefined;
  /** Who was here last, and has not signed out: this page becomes nobody else by itself. */
  let owner: string | null = null;
  /** Nobody signs in by `identityToken` until that is asked for: they have signed out, in whichever tab, or were refused. */
  let left = false;
  /** The storage took nothing the last time. */
  let unkept = false;
  let renewing: Promise<void> | null = null;

  function become(next: Tokens | null, refusal: Refusal | null = null): void {
    const before = held ?? null;
    held = next;
    if (next !== null) owner = next.name;
    if ((before === null) !== (next === null) || refusal !== null) inform(clock, () => onChange?.(next !== null, refusal));
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

  /** True where another tab has signed out whoever is here, or signed in somebody else. */
  function isOver(stored: Tokens | null): boolean {
    return stored === null ? Boolean(held) : owner !== null && stored.name !== owner;
  }

  /** Goes on as nobody, and not as whoever another tab is by now. */
  function leave(): void {
    left = true;
    become(null);
  }

  /** Keeps what a request came to that was made by what was kept before: unless a tab that did not wait for its turn has kept something else meanwhile. */
  async function settle(before: Tokens | null, next: Tokens | null, refusal: Refusal | null = null): Promise<void> {
    const stored = await kept();
    if (stored?.refreshToken === before?.refreshToken) return keep(next, refusal);
    if (isOver(stored)) leave();
    else become(stored);
  }

  /** Finds or gets tokens other than these, which are of no use any more. */
  async function renew(spent: string | null): Promise<void> {
    if (held === null && !canEnter()) return;
    const stored = await kept();
    if (isOver(stored)) return leave();
    if (stored !== null) {
      if (stored.accessToken !== spent && !endsSoon(stored)) return become(stored);
      const { given, refusal } = await request.refresh(stored.refreshToken);
      if (given !== null || !canEnter()) return settle(stored, given && tokensOf(given, stored.name), refusal);
      become(null, refusal);
    }
    await enter(stored, await identityNow(), owner);
  }

  function canEnter(): boolean {
    return identityToken !== undefined && !left;
  }

  /** Signs in by a token of `identityToken`; where that is of somebody else than is expected, for the next page alone. */
  async function enter(before: Tokens | null, token: string | null, expected: string | null): Promise<void> {
    if (token === null) return settle(before, null);
    const { given, refusal } = await request.signIn({ token, ...device });
    const next = given && tokensOf(given);
    if (next === null) left = true;
    if (next === null || expected === null || next.name === expected) return settle(before, next, refusal);
    await writeTokens(storage, key, next);
    leave();
  }

  /** A token of `identityToken`, where it is to be asked; rejects after a while: all else waits meanwhile. */
  function identityNow(): Promise<string | null> {
    return new Promise((resolve, reject) => {
      if (identityToken === undefined || left) return resolve(null);
      const calm = clock.after(longestIdentityMs, () => reject(new Error('identityToken does not answer')));
      identityToken().then(resolve, reject).finally(calm);
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

  /** Gets another than this one, unless somebody has done so meanwhile. */
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

  /** Another than these that were not taken; null: there is none, or whoever is here by now is somebody else. */
  async function instead(spent: Tokens): Promise<Tokens | null> {
    await replace(spent.accessToken);
    return held?.name === spent.name ? held : null;
  }

  return {
    async begin(given) {
      left = false;
      if (given === undefined && identityToken !== undefined) {
        // It may ask people, for minutes: nobody waits for that but who has begun it.
        const theirs = await identityToken();
        return locked(async () => (left || theirs === null ? undefined : enter(await kept(), theirs, null)));
      }
      const { accessToken = null, accessTokenExpiresAt = null, refreshToken = null } = given ?? {};
      if (accessToken === null || accessTokenExpiresAt === null || refreshToken === null) throw new TypeError('there are no tokens in it');
      await locked(() => keep(tokensOf({ accessToken, accessTokenExpiresAt, refreshToken })));
    },
    token,
    refresh: () => replace(held?.accessToken ?? null),
    fetch: signedFetch({ url, fetchBy, fresh, instead }),
    async signOut() {
      left = true;
      const last = await fresh().catch(() => held ?? null);
      await locked(async () => {
        // Somebody else has begun meanwhile.
        if (held && held.name !== last?.name) return;
        const stored = await kept();
        if (held === undefined || stored?.name === held?.name) await keep(null);
        else become(null);
        owner = null;
      });
      // Whoever wants to go is gone from here in any case. Without a network the session ends on the server by its age.
      if (last !== null) await request.signOut(last.accessToken).catch(() => undefined);
    },
  };
}

/** What an access token says: for how long it is good from when it was made, in ms, whatever this device's clock says, and whose it is; null: nothing that can be read. */
function claimsOf(accessToken: string): { readonly lifetime: number; readonly name: string } | null {
  try {
    const [, claims = ''] = accessToken.split('.');
    const { iat, exp, sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return Number.isFinite(exp - iat) && typeof sub === 'string' ? { lifetime: (exp - iat) * 1_000, name: sub } : null;
  } catch {
    return null;
  }
}

function memory(): SessionStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** Stands for whoever it is, where their access token does not say. It guards nothing. */
function newName(): string {
  return Math.random().toString(36).slice(2);
}
