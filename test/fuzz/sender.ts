import type { Client } from 'graphql-ws';
import type { Operation } from './document.ts';
import type { Result } from './judge.ts';

/** A response. */
export interface Answer extends Result {
  /** The HTTP status. */
  readonly status?: number;
  /** The code with which the socket was closed before an answer. */
  readonly closed?: string;
  /** Why it is not a GraphQL response. Undefined if it is one. */
  readonly broken?: string;
}

/**
 * The codes with which a node closes a socket in regular operation: signed out, another token, too slow, too many, ended by an operator.
 */
export const typedCloses: ReadonlySet<number> = new Set([4401, 4403, 4510, 4511, 1008]);

// Anything longer counts as no answer: a write's deadline of 8 s bounds each operation.
const patienceMs = 30_000;

/** Sends an operation to an endpoint. Never throws. */
export async function send(
  endpoint: string,
  { query, variables }: Pick<Operation, 'query' | 'variables'>,
  token?: string,
): Promise<Answer> {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await response.text();
    const { status } = response;
    try {
      return { ...(JSON.parse(text) as Result), status };
    } catch {
      return { status, broken: `${status} with ${text.slice(0, 200)}` };
    }
  } catch (error) {
    return { status: 0, broken: String((error as Error).cause ?? error) };
  }
}

/** Sends an operation over a socket. Never throws. */
export function sendBySocket(client: Client, { query, variables }: Operation): Promise<Answer> {
  return new Promise((resolve) => {
    let answer: Answer | undefined;
    const patience = setTimeout(() => resolve({ broken: 'no answer over the socket' }), patienceMs);
    function settle(what: Answer): void {
      clearTimeout(patience);
      resolve(what);
    }
    client.subscribe<Record<string, unknown>>(
      { query, variables: { ...variables } },
      {
        next(result) {
          answer = result as Answer;
        },
        error: (error) => settle(Array.isArray(error) ? { errors: error } : closed(error)),
        complete: () => settle(answer ?? { broken: 'complete without a result' }),
      },
    );
  });
}

function closed(error: unknown): Answer {
  const code = typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : Number.NaN;
  return typedCloses.has(code) ? { closed: `closed ${code}` } : { broken: `a socket ended with ${code} ${String(error)}` };
}
