import type { TypedDocumentString } from '../generated/graphql.ts';

/** The top-level errors of a response. `mpim-client` decides by it what to do, as it does by the errors of other libraries. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly errors: readonly ServerError[];

  constructor(errors: readonly ServerError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }

  /** Whether the access token was not accepted. */
  get isUnauthenticated(): boolean {
    return this.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  }

  /** Whether the operation itself is at fault, so that a retry fails again: for example, a malformed id. */
  get isMistaken(): boolean {
    return this.errors.some(({ extensions }) => extensions?.['code'] === 'BAD_USER_INPUT');
  }
}

interface ServerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

// A node answers a write within WRITE_DEADLINE_MS (8 s by default), or refuses it by then. After 15 s no answer will come.
const longestMs = 15_000;

/** Sends one query or mutation over HTTP and returns its data. Throws ResponseError, or the error of `fetch` without a network. */
export async function post<D, V>(document: TypedDocumentString<D, V>, variables: V, token: string | null): Promise<D> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document, variables }),
    signal: AbortSignal.timeout(longestMs),
  });
  if (!response.headers.get('content-type')?.includes('json')) throw new Error(`the server answered ${response.status}`);
  const { data, errors } = (await response.json()) as { readonly data?: D; readonly errors?: readonly ServerError[] };
  if (errors !== undefined) throw new ResponseError(errors);
  return data as D;
}
