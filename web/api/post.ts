import type { TypedDocumentString } from '../generated/graphql.ts';

/** Errors at the top level of a response. `mpim-client` reads from it what to do about them, as it does from those of other libraries. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly errors: readonly ServerError[];

  constructor(errors: readonly ServerError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }

  /** Whether it is for want of a good access token. */
  get isUnauthenticated(): boolean {
    return this.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  }

  /** Whether it is for what was asked, as it would be the next time: an id that is none, for example. */
  get isMistaken(): boolean {
    return this.errors.some(({ extensions }) => extensions?.['code'] === 'BAD_USER_INPUT');
  }
}

interface ServerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

// A node answers a write within its WRITE_DEADLINE_MS (8 s) or says that it could not: past this nobody will answer.
const longestMs = 15_000;

/** Sends one query or mutation over HTTP and answers its data. Throws ResponseError, and what `fetch` throws where there is no network. */
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
  const { data, errors } = (await response.json()) as { readonly data?: D; readonly errors?: readonly ServerError[] };
  if (errors !== undefined) throw new ResponseError(errors);
  return data as D;
}
