import { randomBytes, randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createNode, type Node } from '../../gateway/node.ts';
import { formatId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config/index.ts';
import { serverStreamId } from '../../src/log/index.ts';
import { cheapPasswords } from './cheap-passwords.ts';
import { type Answer, ask, post, socketClient } from './client.ts';
import {
  CreateGroupDocument,
  FollowConversationDocument,
  FollowDocument,
  MeDocument,
  OpenDirectDocument,
  type PositionInput,
  SendMessageDocument,
  SignInDocument,
  SignUpDocument,
} from './generated/graphql.ts';
import { type Listening, listening } from './listening.ts';
import { freshStores, type Stores } from './stores.ts';

/** The id of the stream that everybody follows. */
export const serverStream = formatId('Server', serverStreamId);

/** The password of every user in tests. */
export const password = 'correct horse battery';

/** A user who is signed in on one device. */
export interface Person {
  readonly id: string;
  readonly handle: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** A message that was sent. */
export interface Sent {
  readonly id: string;
  readonly seq: number;
  readonly cursor: string;
}

/** A node on the project's stores, and users who use it over the network. */
export interface World {
  readonly url: string;
  readonly node: Node;
  readonly stores: Stores;
  /** Sends one operation over HTTP, signed in if `as` is given, and returns the response. */
  post<T, V>(document: TypedDocumentNode<T, V>, variables: V, as?: Pick<Person, 'token'>): Promise<Answer<T>>;
  /** The same, but returns the data. Throws on top-level errors. */
  ask<T, V>(document: TypedDocumentNode<T, V>, variables: V, as?: Pick<Person, 'token'>): Promise<T>;
  /** Signs up users with unique handles that begin with these names. */
  people<const N extends readonly string[]>(...names: N): Promise<{ readonly [K in keyof N]: Person }>;
  /** Signs in the same user on another device. */
  anotherDevice(person: Person, deviceName?: string): Promise<Person>;
  /** Creates a group without messages, and returns its id. */
  group(owner: Person, ...members: readonly Person[]): Promise<string>;
  /** Opens the direct conversation of two users, and returns its id. The other one sees it once it has a message. */
  direct(one: Person, other: Person): Promise<string>;
  /** Sends a message with a new clientMessageId. */
  say(sender: Person, conversationId: string, text: string): Promise<Sent>;
  /** Sends several messages, one after the other. */
  sayAll(sender: Person, conversationId: string, texts: readonly string[]): Promise<readonly Sent[]>;
  /** Returns the heads of everything that a user follows, in the form that `listen` takes. */
  positions(person: Person): Promise<readonly PositionInput[]>;
  /** Subscribes to everything that a user follows, on a socket of its own. Null for a caller who is signed out. */
  listen(person: Pick<Person, 'token'> | null, after?: readonly PositionInput[]): Listening;
  /** Subscribes to one conversation, on a socket of its own. */
  listenTo(
    person: Pick<Person, 'token'> | null,
    conversationId: string,
    from?: { readonly after?: number; readonly epoch?: string },
  ): Listening;
  /** Opens a socket that is closed when the test ends. */
  socket(person: Pick<Person, 'token'> | null): Client;
}

/**
 * Starts a node before the tests of the file or describe that calls it, and stops it after them. `env` overrides the usual configuration.
 */
export function world(env: Readonly<Record<string, string>> = {}): World {
  const open = new AsyncDisposableStack();
  const clients: Client[] = [];
  let running: { readonly node: Node; readonly stores: Stores } | undefined;

  beforeAll(async () => {
    const stores = open.use(await freshStores());
    // Everybody signs up from one address, within the same minutes. Bugs that are masked for clients are logged, for those who run the
    // tests. A cache takes memory for all that it may hold when it is made.
    const usual = { PORT: '0', LOG_LEVEL: 'error', GRAPHIQL: 'false', CACHE_MB: '1' };
    const unlimited = { ADDRESS_ATTEMPTS: '1000000', OPERATIONS_PER_SECOND: '0' };
    const config = readConfig({ ...usual, ...unlimited, ...stores.env, ...env });
    running = { stores, node: open.use(await createNode(config, { passwordCost: cheapPasswords })) };
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.terminate();
  });
  afterAll(() => open.disposeAsync());

  function started(): NonNullable<typeof running> {
    if (running === undefined) throw new Error('the node starts before the first test, not earlier');
    return running;
  }

  function socket(person: Pick<Person, 'token'> | null): Client {
    const client = socketClient(started().node.url, person?.token);
    clients.push(client);
    return client;
  }

  return {
    get url() {
      return started().node.url;
    },
    get node() {
      return started().node;
    },
    get stores() {
      return started().stores;
    },
    socket,
    ...peopleOf(() => started().node.url),
    listen: (person, after) => listening(socket(person), 'events', FollowDocument, after === undefined ? {} : { after }),
    listenTo: (person, conversationId, from = {}) =>
      listening(socket(person), 'conversationEvents', FollowConversationDocument, { conversationId, ...from }),
  };
}

/** What users do on a node. */
export type Doings = Omit<World, 'url' | 'node' | 'stores' | 'socket' | 'listen' | 'listenTo'>;

/** Returns functions for users of the node at this URL. */
export function peopleOf(url: () => string): Doings {
  const askAs = <T, V>(document: TypedDocumentNode<T, V>, variables: V, as?: Pick<Person, 'token'>) =>
    ask(url(), document, variables, as?.token);

  async function signUp(name: string): Promise<Person> {
    const handle = `${name}.${randomBytes(5).toString('hex')}`;
    const { signUp: up } = await askAs(SignUpDocument, { input: { handle, password } });
    return { id: given(up.viewer, up.errors).user.id, handle, ...tokens(up) };
  }

  async function say(sender: Person, conversationId: string, text: string): Promise<Sent> {
    const input = { conversationId, clientMessageId: randomUUID(), text };
    const { sendMessage } = await askAs(SendMessageDocument, { input }, sender);
    const { node, cursor } = given(sendMessage.messageEdge, sendMessage.errors);
    return { id: node.id, seq: node.seq, cursor };
  }

  return {
    ask: askAs,
    post: (document, variables, as) => post(url(), document, variables, as?.token),
    people: <const N extends readonly string[]>(...names: N) =>
      Promise.all(names.map(signUp)) as Promise<{ readonly [K in keyof N]: Person }>,
    async anotherDevice({ id, handle }, deviceName = 'another device') {
      const { signIn } = await askAs(SignInDocument, { input: { handle, password, deviceName } });
      return { id, handle, ...tokens(signIn) };
    },
    async group(owner, ...members) {
      const input = { name: 'The group', memberIds: members.map(({ id }) => id) };
      const { createGroup } = await askAs(CreateGroupDocument, { input }, owner);
      return given(createGroup.group, createGroup.errors).id;
    },
    async direct(one, other) {
      const { openDirectConversation: opened } = await askAs(OpenDirectDocument, { input: { userId: other.id } }, one);
      return given(opened.conversationEdge, opened.errors).node.id;
    },
    say,
    async sayAll(sender, conversationId, texts) {
      const sent: Sent[] = [];
      for (const text of texts) sent.push(await say(sender, conversationId, text));
      return sent;
    },
    async positions(person) {
      const { viewer } = await askAs(MeDocument, {}, person);
      return given(viewer, []).positions;
    },
  };
}

/** Returns the result of a mutation. Throws if it was refused. */
export function given<T>(thing: T | null | undefined, errors: readonly unknown[]): T {
  if (thing === null || thing === undefined || errors.length > 0) throw new Error(`refused: ${JSON.stringify(errors)}`);
  return thing;
}

function tokens({
  accessToken,
  refreshToken,
  errors,
}: {
  accessToken: string | null;
  refreshToken: string | null;
  errors: readonly unknown[];
}) {
  return { token: given(accessToken, errors), refreshToken: given(refreshToken, errors) };
}
