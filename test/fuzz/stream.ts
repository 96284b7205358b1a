import type { Result } from './judge.ts';

/** A subscription over HTTP. */
export interface Wish {
  readonly endpoint: string;
  readonly query: string;
  readonly variables: object;
  readonly token: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** Awaited after each chunk that was read. */
  readonly wait?: (() => Promise<void>) | undefined;
  readonly take: (result: Result) => void;
}

/** Reads it to its end. Rejects if it breaks off. */
export async function streamOf({ endpoint, query, variables, token, accept, signal, wait, take }: Wish): Promise<void> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal,
  });
  const isStream = /^(text\/event-stream|multipart\/mixed)/.test(response.headers.get('content-type') ?? '');
  if (!isStream || response.body === null) {
    take(JSON.parse(await response.text()) as Result);
    return;
  }
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const result of lines.flatMap(resultIn)) take(result);
    await wait?.();
  }
}

/** Returns the result in a line. A keep-alive has none. */
function resultIn(line: string): readonly Result[] {
  const [, json] = /^(?:data: )?(\{.+\})\r?$/.exec(line) ?? [];
  if (json === undefined) return [];
  const value = JSON.parse(json) as Result & { readonly payload?: Result | null };
  if (value.payload !== undefined && value.payload !== null) return [value.payload];
  return value.data === undefined && value.errors === undefined ? [] : [value];
}
