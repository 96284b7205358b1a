import type { Tokens } from './session-storage.ts';

/** As whom requests are made. */
export interface Signing {
  /** `https://…/graphql`: to nowhere else is a token sent than to its origin. */
  readonly url: string;
  readonly fetchBy: typeof fetch;
  /** Tokens that are good for a while yet; null: nobody is signed in. */
  readonly fresh: () => Promise<Tokens | null>;
  /** Others of the same user, where the server has not taken these; null: there are none. */
  readonly instead: (spent: Tokens) => Promise<Tokens | null>;
}

// An answer that says UNAUTHENTICATED is a few hundred characters; what is longer need not be read twice.
const longestRefusal = 2_000;

/** A `fetch` that sends the access token along, and asks once more with another where the server has not taken it. */
export function signedFetch({ url, fetchBy, fresh, instead }: Signing): typeof fetch {
  return async (input, init) => {
    if (originOf(input) !== originOf(url)) return fetchBy(input, init);
    const original = input instanceof Request ? input : null;
    async function send(by: Tokens | null): Promise<Response> {
      const headers = new Headers(init?.headers ?? original?.headers);
      if (by !== null) headers.set('authorization', `Bearer ${by.accessToken}`);
      return fetchBy(original?.clone() ?? input, { ...init, headers });
    }
    const by = await fresh();
    const response = await send(by);
    if (by === null || isSpent(init?.body) || !(await isUnauthenticated(response))) return response;
    const other = await instead(by);
    return other === null ? response : send(other);
  };
}

/** Where a request goes to, and its token with it. By its text: not all apps have a `URL` that knows origins. */
function originOf(input: string | URL | Request): string {
  const { url } = typeof input === 'object' && 'url' in input ? input : new Request(input);
  return /^[^:/?#]+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}

/** True for a body that is gone once it is sent. */
function isSpent(body: unknown): boolean {
  return typeof ReadableStream === 'function' && body instanceof ReadableStream;
}

/** True for an answer that says that the access token was not taken: its status says so, or, where that has to be 200, its only error. */
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
    // It says that it is JSON and is none, or was broken off: for whoever asked to see.
    return false;
  }
}
