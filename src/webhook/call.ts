import { parseRetryAfter, type Signed, signatureHeaders } from '../outgoing/index.ts';
import type { Span, Tracer } from '../tracer.ts';

/** A call to an app. */
export interface Call extends Omit<Signed, 'at'> {
  readonly url: string;
  /** The secrets, at least one. Each adds a signature. */
  readonly secrets: readonly string[];
  /** The deadline for the whole call, including the reading of the answer, in ms. */
  readonly deadlineMs: number;
  /** How much of the answer is read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly tracer: Tracer;
}

/** The result of a call. */
export interface Answer {
  /** True if it answered in time with a status from 200 to 299. */
  readonly ok: boolean;
  /** Null if there was no answer, or not all of it. */
  readonly status: number | null;
  readonly ms: number;
  /** What went wrong, in one line of at most 200 characters. Null if nothing did. */
  readonly fault: string | null;
  /** The minimum time until the next call, in ms, if the app has asked for one. */
  readonly retryAfterMs: number | null;
  /** The body of the answer, as far as it was read. */
  readonly text: string;
}

/**
 * Posts a signed body to an app. Redirects are not followed: the operator has not named their target. Within a trace, the call is a span,
 * which the app can continue. Never throws.
 */
export async function call(asked: Call): Promise<Answer> {
  const { tracer } = asked;
  const by = tracer.current();
  const span = by && tracer.part('webhook.call', by, { kind: 'client' });
  const answer = await post(asked, span);
  if (span === undefined) return answer;
  if (answer.status !== null) span.note({ 'http.response.status_code': answer.status });
  // The fault may name a host, which belongs in the log only.
  if (!answer.ok) span.fail('UNAVAILABLE');
  span.end();
  return answer;
}

async function post({ url, secrets, id, body, deadlineMs, maxBytes, signal }: Call, span: Span | undefined): Promise<Answer> {
  const begun = performance.now();
  const late = AbortSignal.timeout(deadlineMs);
  const over = (result: Omit<Answer, 'ms'>): Answer => ({ ...result, ms: Math.round(performance.now() - begun) });
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([late, signal]),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'MPIM',
        ...(span !== undefined && { traceparent: span.traceparent }),
        ...signatureHeaders(secrets, { id, body, at: Date.now() }),
      },
      body,
    });
    const { ok, status, headers } = response;
    const text = await readText(response, maxBytes);
    return over({
      ok,
      status,
      fault: ok ? null : `it answered ${status}`,
      retryAfterMs: parseRetryAfter(headers.get('retry-after')),
      text,
    });
  } catch (error) {
    const fault = late.aborted ? `it did not answer within ${deadlineMs} ms` : faultOf(error);
    return over({ ok: false, status: null, fault: fault.slice(0, maxFault), retryAfterMs: null, text: '' });
  }
}

// The width of the database column.
const maxFault = 200;

/** Reads at most `maxBytes`. The rest is dropped together with the connection. */
async function readText({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.byteLength;
    if (bytes >= maxBytes) {
      await reader.cancel();
      break;
    }
  }
  return Buffer.concat(pieces).subarray(0, maxBytes).toString('utf8');
}

/** fetch puts the reason into the error's cause: ECONNREFUSED, ENOTFOUND, a bad certificate. */
function faultOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (!(cause instanceof Error)) return message;
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined || cause.message.includes(code) ? cause.message : `${code}: ${cause.message}`;
}
