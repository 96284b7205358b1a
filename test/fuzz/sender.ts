import type { Operation } from './document.ts';
import type { Result } from './judge.ts';

/** What HTTP brought back. */
export interface Answer extends Result {
  readonly status: number;
  /** Why it is no answer of GraphQL; absent: it is one. */
  readonly broken?: string;
}

// What takes longer is taken for never: an operation is bounded by a write's deadline of 8 s.
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
