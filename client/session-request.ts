import type { Clock } from './clock.ts';

/** Why the server signs nobody in. */
export interface Refusal {
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** What signs somebody in. */
export interface Granted {
  readonly accessToken: string;
  /** ISO 8601, by the server's clock. */
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** What came of it: tokens, or why there are none. */
export interface Outcome {
  readonly given: Granted | null;
  readonly refusal: Refusal | null;
}

/** What a session asks the server. Each rejects where there is no answer that settles it: the network, or a server that has no time. */
export interface SessionRequests {
  refresh(refreshToken: string): Promise<Outcome>;
  signIn(input: { readonly token: string; readonly deviceName?: string; readonly deviceKind?: string }): Promise<Outcome>;
  signOut(accessToken: string): Promise<void>;
}

const payload = '{ accessToken accessTokenExpiresAt refreshToken errors { code message } }';
// Nobody is signed out for these.
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

// A server answers a refresh, or that it has no time, within eight seconds (WRITE_DEADLINE_MS). Twice that is well within the half minute for which it takes the same token again: of
// an answer that is lost, as where the network changes, the session would end.
const refreshMs = 10_000;
// As long as a proxy waits. Who signs in may wait for keys that are asked for in two places, five seconds each, and then for the same.
const usualMs = 30_000;

/** Makes them. */
export function sessionRequests(url: string, fetchBy: typeof fetch, clock: Clock): SessionRequests {
  /** The status and text of an answer. Rejects where there is none in time. */
  async function post(query: string, input: object, { ms = usualMs, bearer }: Asked = {}): Promise<readonly [number, string]> {
    const tooLong = new AbortController();
    const calm = clock.after(ms, () => tooLong.abort(new Error(`there was no answer in ${ms} ms`)));
    try {
      const response = await fetchBy(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
        body: JSON.stringify({ query, variables: { input } }),
        signal: tooLong.signal,
      });
      return [response.status, await response.text()];
    } finally {
      calm();
    }
  }

  function read([status, text]: readonly [number, string]): Payload {
    const { data, errors } = answerIn(text);
    const [error] = errors ?? [];
    if (error !== undefined) throw new Error(error.message);
    if (!data?.done) throw new Error(`the server answered ${status}`);
    return data.done;
  }

  function outcomeOf({ errors, ...given }: Payload): Outcome {
    const [refusal] = errors;
    if (refusal !== undefined && passing.has(refusal.code)) throw new Error(refusal.message);
    return refusal === undefined ? { given, refusal: null } : { given: null, refusal };
  }

  return {
    async refresh(refreshToken) {
      const query = `mutation ($input: RefreshTokenInput!) { done: refreshToken(input: $input) ${payload} }`;
      const once = () => post(query, { refreshToken }, { ms: refreshMs });
      return outcomeOf(read(await once().catch(once)));
    },
    async signIn(input) {
      return outcomeOf(
        read(await post(`mutation ($input: SignInWithTokenInput!) { done: signInWithToken(input: $input) ${payload} }`, input)),
      );
    },
    async signOut(accessToken) {
      await post(
        'mutation ($input: SignOutInput!) { done: signOut(input: $input) { errors { code message } } }',
        {},
        { bearer: accessToken },
      );
    },
  };
}

interface Asked {
  /** How long the answer is waited for. */
  readonly ms?: number;
  readonly bearer?: string;
}

type Payload = Granted & { readonly errors: readonly Refusal[] };

interface Answer {
  readonly data?: { readonly done: Payload | null } | null;
  readonly errors?: readonly { readonly message: string }[];
}

function answerIn(text: string): Answer {
  try {
    return (JSON.parse(text) as Answer | null) ?? {};
  } catch {
    // A page of a proxy.
    return {};
  }
}
