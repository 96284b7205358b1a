import { attentiveFetch } from './attentive-fetch.ts';
import { type Clock, systemClock } from './clock.ts';
import { inform } from './inform.ts';
import { type Locked, webLock } from './lock.ts';
import { type Granted, type Refusal, sessionRequests } from './session-request.ts';
import { readTokens, type SessionStorage, type Tokens, writeTokens } from './session-storage.ts';

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
  /** Called when somebody is signed in, or nobody any more; `refusal`: why not, where the server said so. */
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
  /** A `fetch` that sends the access token along, and asks once more with another where the server has not taken it. */
  readonly fetch: typeof fetch;
  /** Ends the session here and, if it can be reached, on the server. */
  signOut(): Promise<void>;
}

// What is sent off with a token that ends meanwhile would be refused. Of one that lives for less than two minutes it is a quarter.
const spareMs = 30_000;
// An answer that says UNAUTHENTICATED is a few hundred characters; what is longer need not be read twice.
const longestRefusal = 2_000;

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
  const request = sessionRequests(url, attentiveFetch(fetchBy, clock));
  const locked: Locked = webLock(key, clock);
  /** Undefined: not looked for yet. */
  let held: Tokens | null | undefined;
  /** Nobody signs in by `identityToken` until that is asked for: they have signed out, or were refused. */
  let left = false;
  let renewing: Promise<void> | null = null;

  function become(next: Tokens | null, refusal: Refusal | null = null): void {
    const before = held ?? null;
    held = next;
    if ((before === null) !== (next === null)) inform(clock, () => onChange?.(next !== null, refusal));
  }

  async function keep(next: Tokens | null, refusal: Refusal | null = null): Promise<void> {
    await writeTokens(storage, key, next);
    become(next, refusal);
  }

  /** Finds or gets tokens other than these, which are of no use any more. */
  async function renew(spent: string | null): Promise<void> {
    const stored = held === null ? null : await readTokens(storage, key);
    // Signed out in another tab, or signed in as somebody else: this page goes on as nobody, and not as them.
    if (held && stored?.name !== held.name) return become(null);
    if (stored !== null) {
      if (stored.accessToken !== spent && !endsSoon(stored)) return become(stored);
      const { given, refusal } = await request.refresh(stored.refreshToken);
      await keep(given && tokensOf(given, stored.name), refusal);
    }
    if (held) return;
    if (canEnter()) await enter();
    else become(null);
  }

  function canEnter(): boolean {
    return identityToken !== undefined && !left;
  }

  async function enter(): Promise<void> {
    const token = (await identityToken?.()) ?? null;
    if (token === null) return become(null);
    const { given, refusal } = await request.signIn({ token, ...device });
    left = given === null;
    await keep(given && tokensOf(given, newName()), refusal);
  }

  function renewed(spent: string | null): Promise<void> {
    renewing ??= locked(() => renew(spent)).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function token(): Promise<string | null> {
    if (held ? endsSoon(held) : held === undefined || canEnter()) await renewed(null);
    return held?.accessToken ?? null;
  }

  /** Gets another than this one, unless somebody has done so meanwhile. */
  async function replace(spent: string | null): Promise<boolean> {
    if (spent === (held?.accessToken ?? null)) await renewed(spent);
    return Boolean(held);
  }

  function tokensOf({ accessToken, accessTokenExpiresAt, refreshToken }: Granted, name: string): Tokens {
    const now = clock.now();
    const lifetime = lifetimeOf(accessToken) ?? Date.parse(accessTokenExpiresAt) - now;
    return { accessToken, refreshToken, name, freshUntil: now + lifetime - Math.min(spareMs, lifetime / 4) };
  }

  function endsSoon({ freshUntil }: Tokens): boolean {
    return clock.now() >= freshUntil;
  }

  const signedFetch: typeof fetch = async (input, init) => {
    const original = input instanceof Request ? input : null;
    async function send(bearer: string | null): Promise<Response> {
      const headers = new Headers(init?.headers ?? original?.headers);
      if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
      return fetchBy(original?.clone() ?? input, { ...init, headers });
    }
    const bearer = await token();
    const response = await send(bearer);
    if (bearer === null || !(await isUnauthenticated(response)) || !(await replace(bearer))) return response;
    return send(held?.accessToken ?? null);
  };

  return {
    async begin(given) {
      left = false;
      if (given === undefined) return locked(enter);
      const { accessToken, accessTokenExpiresAt, refreshToken } = given;
      if (accessToken === null || accessTokenExpiresAt === null || refreshToken === null) throw new TypeError('there are no tokens in it');
      await locked(() => keep(tokensOf({ accessToken, accessTokenExpiresAt, refreshToken }, newName())));
    },
    token,
    refresh: () => replace(held?.accessToken ?? null),
    fetch: signedFetch,
    async signOut() {
      const last = await token().catch(() => held?.accessToken ?? null);
      left = true;
      await locked(() => keep(null));
      // Whoever wants to go is gone from here in any case. Without a network the session ends on the server by its age.
      if (last !== null) await request.signOut(last).catch(() => undefined);
    },
  };
}

/** For how long a token is good that was made just now, in ms, whatever this device's clock says; null: it does not say so. */
function lifetimeOf(accessToken: string): number | null {
  try {
    const [, claims = ''] = accessToken.split('.');
    const { iat, exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return Number.isFinite(exp - iat) ? (exp - iat) * 1_000 : null;
  } catch {
    return null;
  }
}

/** True for an answer that says that the access token was not taken: its status says so, or, where that has to be 200, its only error. */
async function isUnauthenticated(response: Response): Promise<boolean> {
  if (response.status === 401) return true;
  const { headers } = response;
  if (!headers.get('content-type')?.includes('json') || Number(headers.get('content-length') ?? 0) > longestRefusal) return false;
  const { errors, data } = (await response.clone().json()) as {
    readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
    readonly data?: unknown;
  };
  return !data && errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
}

function memory(): SessionStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** Tells this session from others that are kept under the same name. It guards nothing. */
function newName(): string {
  return Math.random().toString(36).slice(2);
}
