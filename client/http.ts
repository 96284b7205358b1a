import { attentiveFetch } from './attentive-fetch.ts';
import type { Clock } from './clock.ts';
import type { ServerError } from './failure.ts';
import type { Payload, Subscribe } from './follow.ts';
import type { Result, Sink } from './inflow.ts';

export { attentiveFetch } from './attentive-fetch.ts';

/** Options of subscriptions over HTTP. */
export interface HttpOptions {
  /** `https://…/graphql` */
  readonly url: string;
  /**
   * Returns a valid access token, or null if nobody is signed in. Called for each connection. If it throws, that counts as a network
   * failure.
   */
  readonly token: () => Promise<string | null> | string | null;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Subscriptions as server-sent events over `fetch`, for `followEvents`, where WebSockets are blocked. Each uses one connection. With
 * HTTP/1.1, browsers open at most six per server.
 */
export function httpSubscribe({ url, token, fetch: fetchBy, clock }: HttpOptions): Subscribe {
  const ask = attentiveFetch(fetchBy, clock);

  async function read(payload: Payload, sink: Sink, controller: AbortController): Promise<void> {
    const bearer = await token();
    const response = await ask(url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(payload),
      signal: controller.signal,
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || response.body === null)
      throw refusal(response.status, await response.text());
    await readStream(response.body.getReader(), sink);
  }

  return (payload, sink) => {
    const controller = new AbortController();
    void read(payload, sink, controller).then(
      () => sink.complete(),
      (error: unknown) => sink.error(controller.signal.aborted ? controller.signal.reason : error),
    );
    return () => controller.abort(new Error('left'));
  };
}

/** The error of a response that is not a stream: its GraphQL errors, or its status. */
function refusal(status: number, body: string): unknown {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: readonly ServerError[] };
    if (Array.isArray(errors) && errors.length > 0) return errors;
  } catch {
    // Not JSON: for example a proxy's error page.
  }
  return new Error(`the server answered ${status}`);
}

async function readStream(
  reader: { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> },
  sink: Sink,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const result = resultIn(block);
      if (result !== null) sink.next(result);
    }
  }
}

/** The result in one server-sent event, or null if it has none (a keep-alive or the end). */
function resultIn(block: string): Result | null {
  const lines = block.split('\n');
  if (!lines.includes('event: next')) return null;
  const data = lines.flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : [])).join('\n');
  return JSON.parse(data) as Result;
}
