import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook as Verifier } from 'standardwebhooks';

/** An event as an app takes it: verified. */
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

/** What tests look at of an event. */
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

/** What an app does with a call that is verified: it answers by itself. */
export type Behaviour = (response: ServerResponse, taken: Taken) => void;

/** Takes it. */
export const takes: Behaviour = (response) => void response.writeHead(204).end();

/** Answers with a status, and headers. */
export function answers(status: number, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => void response.writeHead(status, headers).end('no');
}

/** Never answers. */
export const hangs: Behaviour = () => undefined;

/** Begins to answer, and breaks off. */
export const breaksOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('so far', () => response.destroy());
};

/** An app with a webhook: a real server that verifies what it is sent as its author would, by the library of Standard Webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Every verified call, whatever became of it, in the order in which they came. */
  readonly calls: readonly Taken[];
  /** What was sent that nobody could have signed; nothing ever should. */
  readonly forged: readonly string[];
  /** The calls under way at once at most. */
  readonly most: number;
  /** With which secret it verifies from here on. */
  knows(secret: string): void;
  behaves(how: Behaviour): void;
  /** Resolves once so many calls have come. */
  until(count: number): Promise<void>;
  /** Its process ends, connections and all; `back` has another at the same port. */
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

/** What an app keeps that tells by the id what it has had: each event once, in the order in which they came first. */
export function once(calls: readonly Taken[]): readonly Taken[] {
  return [...new Map(calls.toReversed().map((taken) => [taken.id, taken])).values()].toReversed().toSorted(byFirst(calls));
}

function byFirst(calls: readonly Taken[]): (one: Taken, other: Taken) => number {
  const place = ({ id }: Taken) => calls.findIndex((taken) => taken.id === id);
  return (one, other) => place(one) - place(other);
}

/** The texts of the messages among these events, each once, in the order in which they came first. */
export function texts(calls: readonly Taken[]): readonly string[] {
  return once(calls).flatMap(({ data }) => data.messageEdge?.node.text ?? []);
}
