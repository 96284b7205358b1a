import type { Tokens } from './session-storage.ts';

/** How requests are signed. */
export interface Signing {
  /** `https://…/graphql`. Tokens are sent to its origin only. */
  readonly url: string;
  readonly fetchBy: typeof fetch;
  /** Returns tokens that are valid for a while, of the user who is signed in when it is called, or null if there are none. */
  readonly ours: () => Promise<Tokens | null>;
  /** Returns other tokens of the same user after the server rejected these, or null if there are none. */
  readonly instead: (spent: Tokens) => Promise<Tokens | null>;
}

// A response with UNAUTHENTICATED has a few hundred characters. Longer ones need not be read twice.
const longestRefusal = 2_000;

/** Creates a `fetch` that adds the access token, and repeats a request once with another token if the server rejected it. */
export function signedFetch({ url, fetchBy, ours, instead }: Signing): typeof fetch {
  return async (input, init) => {
    if (originOf(input) !== originOf(url)) return fetchBy(input, init);
    const original = input instanceof Request ? input : null;
    async function send(by: Tokens | null): Promise<Response> {
      const headers = new Headers(init?.headers ?? original?.headers);
      if (by !== null) headers.set('authorization', `Bearer ${by.accessToken}`);
      return fetchBy(original?.clone() ?? input, { ...init, headers });
    }
    const by = await ours();
    const response = await send(by);
    if (by === null || isSpent(init?.body) || !(await isUnauthenticated(response))) return response;
    const other = await instead(by);
    return other === null ? response : send(other);
  };
}

/** The origin of a request. Parsed as text, because the `URL` of some app platforms has no `origin`. */
function originOf(input: string | URL | Request): string {
  const { url } = typeof input === 'object' && 'url' in input ? input : new Request(input);
  return /^[^:/?#]+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}

/** Whether a body can be sent only once. */
function isSpent(body: unknown): boolean {
  return typeof ReadableStream === 'function' && body instanceof ReadableStream;
}

/** Whether the response says that the access token was rejected: by its status, or by its error if the status has to be 200. */
async function isUnauthenticated(response: Response): Promise<boolean> {
  if (response.status === 401) return true;
  const { headers } = response;
  if (!headers.get('content-type')?.includes('json') || Number(headers.get('content-length') ?? 0) > longestRefusal) return false;
  try {
    const { errors, data } = (await response.clone().json()) as {
      readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
      readonly data?: unknown;
    };
    return !data && errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
  } catch {
    // Invalid or truncated JSON: the caller will see that.
    return false;
  }
}
