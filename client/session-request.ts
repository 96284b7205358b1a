import type { Clock } from './clock.ts';
import { followSignal } from './follow-signal.ts';

/** Why the server refused to sign in. */
export interface Refusal {
  readonly code: string;
  /** A message for people. */
  readonly message: string;
}

/** The tokens of a new session. */
export interface Granted {
  readonly accessToken: string;
  /** ISO 8601, by the server's clock. */
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** The outcome: tokens, or why there are none. */
export interface Outcome {
  readonly given: Granted | null;
  readonly refusal: Refusal | null;
}

/** The requests of a session. Each rejects if nothing is settled: without a network, if the server is overloaded, or once `signal` aborts. */
export interface SessionRequests {
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Outcome>;
  signIn(input: SignInWithToken, signal?: AbortSignal): Promise<Outcome>;
  signOut(accessToken: string): Promise<void>;
}

const payload = '{ accessToken accessTokenExpiresAt refreshToken errors { code message } }';
// These do not sign anybody out.
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

// The server answers a refresh, or refuses it as UNAVAILABLE, within 8 s (WRITE_DEADLINE_MS). Two attempts are well within the 30 s during
// which it accepts the same refresh token again. Without the second attempt, a lost answer (as when the network changes, or a node dies
// behind a proxy) would end the session.
const refreshMs = 10_000;
// As long as proxies usually wait. A sign-in can include fetching keys from two places, 5 s each, and then the write.
const usualMs = 30_000;

/** Creates the requests. */
export function sessionRequests(url: string, fetchBy: typeof fetch, clock: Clock): SessionRequests {
  /** Returns the answer. Rejects if there is none in time, or if it is not the server's, such as a proxy's error page. */
  async function post(query: string, input: object, { ms = usualMs, bearer, signal }: Asked = {}): Promise<Answer> {
    const tooLong = new AbortController();
    const release = followSignal(signal, tooLong);
    const calm = clock.after(ms, () => tooLong.abort(new Error(`there was no answer in ${ms} ms`)));
    try {
      const response = await fetchBy(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
        body: JSON.stringify({ query, variables: { input } }),
        signal: tooLong.signal,
      });
      const answer = answerIn(await response.text());
      if (!answer?.data && !answer?.errors) throw new Error(`the server answered ${response.status}`);
      return answer;
    } finally {
      calm();
      release();
    }
  }

  function read({ data, errors }: Answer): Payload {
    const [error] = errors ?? [];
    if (error !== undefined || !data?.done) throw new Error(error?.message ?? 'the server answered with nothing');
    return data.done;
  }

  function outcomeOf({ errors, ...given }: Payload): Outcome {
    const [refusal] = errors;
    if (refusal !== undefined && passing.has(refusal.code)) throw new Error(refusal.message);
    return refusal === undefined ? { given, refusal: null } : { given: null, refusal };
  }

  return {
    async refresh(refreshToken, signal) {
      const query = `mutation ($input: RefreshTokenInput!) { done: refreshToken(input: $input) ${payload} }`;
      const once = () => post(query, { refreshToken }, { ms: refreshMs, signal });
      const since = clock.now();
      function again(error: unknown): Promise<Answer> {
        // The page has slept. Meanwhile other tabs may have newer tokens, and the server may treat this one as stolen.
        if (signal?.aborted || clock.now() - since > 2 * refreshMs) throw error;
        return once();
      }
      return outcomeOf(read(await once().catch(again)));
    },
    async signIn(input, signal) {
      const query = `mutation ($input: SignInWithTokenInput!) { done: signInWithToken(input: $input) ${payload} }`;
      return outcomeOf(read(await post(query, input, { signal })));
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

interface SignInWithToken {
  readonly token: string;
  readonly deviceName?: string;
  readonly deviceKind?: string;
}

interface Asked {
  /** How long to wait for the response. */
  readonly ms?: number;
  readonly bearer?: string;
  readonly signal?: AbortSignal | undefined;
}

type Payload = Granted & { readonly errors: readonly Refusal[] };

interface Answer {
  readonly data?: { readonly done: Payload | null } | null;
  readonly errors?: readonly { readonly message: string }[];
}

function answerIn(text: string): Answer | null {
  try {
    return JSON.parse(text) as Answer | null;
  } catch {
    return null;
  }
}
