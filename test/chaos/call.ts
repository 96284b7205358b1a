import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Outcome } from './attempt.ts';

/** A refusal, as the API reports it. */
interface Refusal {
  readonly code: string;
}

/** The outcome of one operation. `data` is only set if nothing was refused. */
export interface Called<T> {
  readonly outcome: Outcome;
  readonly data?: T;
  readonly code?: string;
}

/** A node's URL and the caller's token. */
export interface Asking {
  readonly url: string;
  readonly token: string;
}

// Longer than the node's own deadline. A node that is paused or disconnected never answers.
const patienceMs = 8_000;
// The request was not executed, or it is unknown whether it was stored. Sending it again settles it.
const settledByRetry: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED']);

/** Runs one operation with a time limit. `refusals` returns the errors in its payload. Never throws. */
export async function call<T, V>(
  { url, token }: Asking,
  document: TypedDocumentNode<T, V>,
  variables: V,
  refusals: (data: T) => readonly Refusal[] = () => [],
): Promise<Called<T>> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: print(document), variables }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { data, errors } = (await response.json()) as {
      readonly data?: T | null;
      readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
    };
    const [failure] = errors ?? [];
    if (failure !== undefined) return failed(failure.extensions?.code ?? failure.message);
    if (data === undefined || data === null) return { outcome: 'unknown', code: `HTTP ${response.status}` };
    const [refusal] = refusals(data);
    return refusal === undefined ? { outcome: 'acknowledged', data } : failed(refusal.code);
  } catch (error) {
    // The connection was refused or broke, the answer was cut short, or none came in time.
    return { outcome: 'unknown', code: error instanceof Error ? error.name : String(error) };
  }
}

function failed(code: string): Called<never> {
  return { outcome: settledByRetry.has(code) ? 'unknown' : 'refused', code };
}
