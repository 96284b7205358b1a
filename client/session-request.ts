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

/** Makes them. */
export function sessionRequests(url: string, fetchBy: typeof fetch): SessionRequests {
  async function ask(query: string, input: object, bearer?: string): Promise<Payload> {
    const response = await fetchBy(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json()) as Answer;
    const [error] = errors ?? [];
    if (error !== undefined) throw new Error(error.message);
    if (!data?.done) throw new Error(`the server answered ${response.status}`);
    return data.done;
  }

  async function settled(query: string, input: object): Promise<Outcome> {
    const { errors, ...given } = await ask(query, input);
    const [refusal] = errors;
    if (refusal !== undefined && passing.has(refusal.code)) throw new Error(refusal.message);
    return refusal === undefined ? { given, refusal: null } : { given: null, refusal };
  }

  return {
    refresh: (refreshToken) =>
      settled(`mutation ($input: RefreshTokenInput!) { done: refreshToken(input: $input) ${payload} }`, { refreshToken }),
    signIn: (input) => settled(`mutation ($input: SignInWithTokenInput!) { done: signInWithToken(input: $input) ${payload} }`, input),
    async signOut(accessToken) {
      await ask('mutation ($input: SignOutInput!) { done: signOut(input: $input) { errors { code message } } }', {}, accessToken);
    },
  };
}

type Payload = Granted & { readonly errors: readonly Refusal[] };

interface Answer {
  readonly data?: { readonly done: Payload | null } | null;
  readonly errors?: readonly { readonly message: string }[];
}
