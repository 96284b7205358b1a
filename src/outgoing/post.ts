import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** A request to be sent. */
export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The deadline of the whole exchange, in ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The result of a request: the response's status, or a one-line reason for logs if there was no response. */
export type Outcome =
  | { readonly status: number; readonly retryAfterMs: number | null; readonly body: string }
  | { readonly status: null; readonly reason: string };

/** Sends a request. Never rejects. */
export type Post = (posting: Posting) => Promise<Outcome>;

/** Sends requests to other servers. Disposing it aborts running requests and closes idle connections. */
export interface Poster extends Disposable {
  /** Sends a request to a URL that the operators have configured. */
  readonly toOwn: Post;
  /** Sends a request to a URL that a user has named. It must be https, to a public address or to one of `allowed`. */
  readonly toPublic: Post;
}

/** The options of a poster. */
export interface PosterOptions {
  /** Hosts, with or without a port, that users may name although they are not public. */
  readonly allowed: readonly string[];
  /** Resolves names. Defaults to the system's resolver; tests replace it. */
  readonly resolve?: Resolve | undefined;
  /** After how many ms without a request a connection is closed. Defaults to a minute; tests shorten it. */
  readonly idleMs?: number | undefined;
}

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

// A connection serves many requests in a row. Pushes to one host need as many at the same time as there are lanes of rounds, and of each
// round for one origin. A request that had to wait for a connection would lose that time of its deadline.
const socketsPerHost = 64;
// Users name the hosts, so connections to hosts that are not used any more must not add up.
const usualIdleMs = 60_000;
// The body of a response is only for logs.
const readBytes = 1_024;

/** Creates a poster. */
export function createPoster({ allowed, resolve = lookup, idleMs = usualIdleMs }: PosterOptions): Poster {
  const kept = { keepAlive: true, maxSockets: socketsPerHost, scheduling: 'lifo', timeout: idleMs } as const;
  const own = { http: new http.Agent(kept), https: new https.Agent(kept) };
  const guarded = new https.Agent({ ...kept, lookup: publicOnly(resolve) });
  const closing = new AbortController();

  function say(posting: Posting, agent: http.Agent): Promise<Outcome> {
    const { timeoutMs, signal } = posting;
    const ends = [AbortSignal.timeout(timeoutMs), closing.signal, ...(signal === undefined ? [] : [signal])];
    return exchange(posting, agent, AbortSignal.any(ends));
  }

  return {
    toOwn: (posting) => say(posting, new URL(posting.url).protocol === 'http:' ? own.http : own.https),
    async toPublic(posting) {
      const { protocol, hostname, host, port } = new URL(posting.url);
      if (protocol !== 'https:') return refused('it is not https');
      if (allowed.includes(host) || allowed.includes(hostname)) return say(posting, own.https);
      if (port !== '') return refused('it is another port than 443');
      const bare = hostname.replace(/^\[(.*)\]$/, '$1');
      // An IP address is not looked up, so the guarded lookup would not see it.
      if (isIP(bare) !== 0 && !isPublicAddress(bare)) return refused('it is not a public address');
      return say(posting, guarded);
    },
    [Symbol.dispose]() {
      closing.abort();
      for (const agent of [own.http, own.https, guarded]) agent.destroy();
    },
  };
}

function refused(reason: string): Outcome {
  return { status: null, reason };
}

/** Resolves a name, and fails if any of its addresses is not public, because the caller does not control which one is used. */
function publicOnly(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
        return callback(new Error(`${hostname} is not a public address`), []);
      }
      return options.all ? callback(null, [...addresses]) : callback(null, first.address, first.family);
    });
  };
}

function exchange(posting: Posting, agent: http.Agent, ends: AbortSignal): Promise<Outcome> {
  const { url, headers, body, timeoutMs } = posting;
  const { promise, resolve: settle } = Promise.withResolvers<Outcome>();
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const { request } = url.startsWith('http:') ? http : https;
  const pieces: Buffer[] = [];
  let response: http.IncomingMessage | undefined;

  function end(error?: Error): void {
    if (response === undefined) {
      settle(refused(ends.aborted ? `no answer within ${timeoutMs} ms` : (error?.message ?? 'no answer')));
      return;
    }
    const text = Buffer.concat(pieces).toString('utf8', 0, readBytes);
    settle({ status: response.statusCode ?? 0, retryAfterMs: parseRetryAfter(response.headers['retry-after']), body: text });
  }

  function failed(error: NodeJS.ErrnoException): void {
    // The server closed a kept connection at that moment. Retry at once, on another kept connection or at last on a new one (Node's
    // documentation, request.reusedSocket).
    const isStale = response === undefined && sent.reusedSocket && isClosed(error) && !ends.aborted;
    if (isStale) settle(exchange(posting, agent, ends));
    else end(error);
  }

  const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...length }, signal: ends }, (answer) => {
    response = answer;
    let bytes = 0;
    answer.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      // Only the status matters: stop reading.
      if (bytes > readBytes) answer.destroy();
    });
    answer.on('close', () => end());
    answer.on('error', end);
  });
  sent.on('error', failed);
  // Without a response and without an error: the server has switched to another protocol.
  sent.on('close', () => end());
  sent.end(body);
  return promise;
}

/** Returns whether a connection was closed by the server. It is EPIPE for what is written after the close, and ECONNRESET otherwise. */
function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

// Nobody waits longer for a server. A time in a year of six digits could not even be stored.
const longestRetryMs = 24 * 3_600_000;

/**
 * Parses a Retry-After header (RFC 9110, 10.2.3). Returns the time from now in ms, a day at most, or null if there is none or it cannot be
 * parsed.
 */
export function parseRetryAfter(text: string | null | undefined, now: number = Date.now()): number | null {
  if (text === null || text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), longestRetryMs);
}
