import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createLogging } from '../../gateway/logger.ts';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { embeddedStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

/** A node that can be inspected from within, and users who reach it over the network. */
export interface SlowNode extends Doings {
  readonly node: Node;
  /** The bytes that the node holds unsent for the socket with the most. */
  unsent(): number;
  /** The codes with which the node has begun to close sockets. */
  closing(): readonly unknown[];
  /** Opens a raw socket that is signed in as this user. */
  connect(person: Person): Promise<RawSocket>;
  /** Opens such a socket and subscribes to the wide document. Resolves with StreamReady. */
  follow(person: Person): Promise<RawSocket>;
}

// The text under many aliases: a message of 2,000 characters is a frame of 32 KB.
const times = 16;
/** The text of a message whose frame has 32 KB. */
export const longText = 'x'.repeat(2_000);
/** The size of one message’s frame, in bytes: its texts, and what is around them. */
export const frameBytes = times * longText.length + 4_096;
const aliases = Array.from({ length: times }, (_, n) => `t${n}: text`).join(' ');

/** Subscribes to all events, and selects the texts of messages so often that they fill a socket. */
export const wideDocument = `subscription ($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    ... on LogEvent { streamId seq }
    ... on MessageSent { messageEdge { node { ${aliases} } } }
    ... on ResyncRequired { lastSeq resyncReason }
  }
}`;

/** Starts a node with these variables, until the test ends. */
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
