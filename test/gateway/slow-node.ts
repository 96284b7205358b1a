import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createLogging } from '../../gateway/logger.ts';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config.ts';
import { embeddedStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

/** A node that can be looked at from within, and people who use it over the network. */
export interface SlowNode extends Doings {
  readonly node: Node;
  /** Bytes that the node holds unsent for the socket for which it holds most. */
  unsent(): number;
  /** Codes with which the node has begun to close sockets. */
  closing(): readonly unknown[];
  /** A raw socket on which a person is signed in. */
  connect(person: Person): Promise<RawSocket>;
  /** The same, subscribed to the wide document; resolves when that is ready. */
  follow(person: Person): Promise<RawSocket>;
}

// One after the other what is not shared with anybody, and the text many times over: frames of 32 KB for a message of 2,000 characters.
const times = 16;
/** Characters of text that make a message of 32 KB. */
export const longText = 'x'.repeat(2_000);
/** What one message is on the wire, in bytes: its text, and what is around it. */
export const frameBytes = times * longText.length + 4_096;
const aliases = Array.from({ length: times }, (_, n) => `t${n}: text`).join(' ');

/** Asks for everything of all that happens, and for the texts of messages so often that they fill a socket. */
export const wideDocument = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on MessageSent { messageEdge { node { ${aliases} } } }
    ... on ResyncRequired { lastSeq resyncReason }
  }
}`;

/** Starts a node that goes with the test, configured by these variables. */
export async function slowNode(env: Readonly<Record<string, string>>): Promise<SlowNode> {
  const sockets = new Set<Socket>();
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const stores = await embeddedStores();
  const config = readConfig({ PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'debug', ADDRESS_ATTEMPTS: '1000000', ...stores.env, ...env });
  const log: Readonly<Record<string, unknown>>[] = [];
  const logging = createLogging(config, { write: (line: string) => void log.push(JSON.parse(line)) });
  const node = await createNode(config, { logging });
  subscribe('net.server.socket', note);
  onTestFinished(async () => {
    unsubscribe('net.server.socket', note);
    await node.close();
    await stores[Symbol.asyncDispose]();
  });
  async function connect({ token }: Person): Promise<RawSocket> {
    const socket = await openRaw(node.url);
    onTestFinished(socket.terminate);
    await socket.init({ authorization: `Bearer ${token}` });
    return socket;
  }
  return {
    ...peopleOf(() => node.url),
    node,
    unsent: () => Math.max(0, ...[...sockets].map(({ writableLength }) => writableLength)),
    closing: () => log.filter(({ msg }) => msg === 'closing a socket').map(({ code }) => code),
    connect,
    async follow(person) {
      const socket = await connect(person);
      socket.subscribe('events', wideDocument);
      const ready = await socket.next();
      if (ready.payload.data.events.__typename !== 'StreamReady') throw new Error(`not ready: ${JSON.stringify(ready)}`);
      return socket;
    },
  };
}
