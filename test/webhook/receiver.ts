import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook as Verifier } from 'standardwebhooks';

/** An event as an app receives it: verified. */
export interface Taken {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: EventData;
}

interface Said {
  readonly id: string;
  readonly text: string;
  readonly attachments: readonly object[];
  readonly data: object | null;
  readonly recalledAt: string | null;
}

/** The part of an event that tests look at. */
export interface EventData {
  readonly seq: number;
  readonly streamId: string;
  readonly conversation?: { readonly id: string; readonly __typename: string; readonly name?: string };
  readonly actor?: { readonly handle: string } | null;
  readonly userId?: string;
  readonly user?: { readonly displayName: string } | null;
  readonly leaveReason?: string;
  readonly messageEdge?: { readonly node: Said } | null;
}

/** What an app does with a verified call. It answers itself. */
export type Behaviour = (response: ServerResponse, taken: Taken) => void;

/** Accepts the call. */
export const takes: Behaviour = (response) => void response.writeHead(204).end();

/** Answers with a status and headers. */
export function answers(status: number, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => void response.writeHead(status, headers).end('no');
}

/** Never answers. */
export const hangs: Behaviour = () => undefined;

/** Begins to answer, and ends the connection. */
export const breaksOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('so far', () => response.destroy());
};

/** An app with a webhook: a real server that verifies what it receives with the library of Standard Webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** All verified calls in the order in which they came, whatever the answer. */
  readonly calls: readonly Taken[];
  /** Errors of calls with an invalid signature. There should never be any. */
  readonly forged: readonly string[];
  /** The largest number of concurrent calls. */
  readonly most: number;
  /** Sets the secret with which calls are verified from now on. */
  knows(secret: string): void;
  behaves(how: Behaviour): void;
  /** Resolves once a number of calls have come. */
  until(count: number): Promise<void>;
  /** Ends its process with all connections. `back` starts another on the same port. */
  die(): Promise<void>;
  back(): Promise<void>;
}

/** Starts an app. */
export async function receiver(): Promise<Receiver> {
  const calls: Taken[] = [];
  const forged: string[] = [];
  const waiting = new Set<() => void>();
  let verifier: Verifier | undefined;
  let behaviour = takes;
  let [underWay, most] = [0, 0];

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    underWay += 1;
    most = Math.max(most, underWay);
    response.on('close', () => {
      underWay -= 1;
    });
    const body = await text(request);
    try {
      const headers = request.headers as Record<string, string>;
      const event = (verifier as Verifier).verify(body, headers) as Omit<Taken, 'id'>;
      calls.push({ ...event, id: String(headers['webhook-id']) });
    } catch (error) {
      forged.push(String(error));
      response.writeHead(401).end();
      return;
    } finally {
      for (const wake of waiting) wake();
    }
    const last = calls.at(-1);
    if (last !== undefined) behaviour(response, last);
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => void take(request, response).catch(() => response.destroy());
  let server = createServer(listener);
  async function listen(port: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(port, '127.0.0.1', resolve);
    await promise;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    return address.port;
  }
  const port = await listen(0);

  async function die(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  }

  return {
    url: `http://127.0.0.1:${port}/hook`,
    calls,
    forged,
    get most() {
      return most;
    },
    knows(secret) {
      verifier = new Verifier(secret);
    },
    behaves(how) {
      behaviour = how;
    },
    async until(count) {
      while (calls.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    die,
    async back() {
      server = createServer(listener);
      await listen(port);
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await die();
    },
  };
}

/** What an app keeps that ignores repetitions by their id: each event once, in the order of the first calls. */
export function once(calls: readonly Taken[]): readonly Taken[] {
  return [...new Map(calls.toReversed().map((taken) => [taken.id, taken])).values()].toReversed().toSorted(byFirst(calls));
}

function byFirst(calls: readonly Taken[]): (one: Taken, other: Taken) => number {
  const place = ({ id }: Taken) => calls.findIndex((taken) => taken.id === id);
  return (one, other) => place(one) - place(other);
}

/** The texts of the messages among events, each once, in the order of the first calls. */
export function texts(calls: readonly Taken[]): readonly string[] {
  return once(calls).flatMap(({ data }) => data.messageEdge?.node.text ?? []);
}
