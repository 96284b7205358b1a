import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { FollowDocument, MarkReadDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import { type Person, world } from '../support/world.ts';
import { type Lab, openLab } from './lab.ts';
import { type Board, createBoard } from './note-board.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

const notes = 'subscription { notes { n ... on Note { text } } }';

describe('a node’s execution of an event', () => {
  let board: Board;
  let lab: Lab | undefined;
  beforeEach(async () => {
    board = createBoard();
    const opened = await openLab({}, board.schema);
    lab = opened;
    return () => opened[Symbol.asyncDispose]();
  });
  afterAll(() => {
    lab = undefined;
  });

  async function connected(): Promise<RawSocket> {
    const socket = await openRaw(lab?.node.url ?? '');
    onTestFinished(socket.terminate);
    await socket.init();
    return socket;
  }

  interface Asked {
    readonly query?: string;
    readonly variables?: Readonly<Record<string, unknown>>;
    readonly operationName?: string;
  }

  /** Sockets with a subscription for each of these. */
  async function listeners(...asked: readonly Asked[]): Promise<readonly RawSocket[]> {
    const before = board.followers();
    const sockets = await Promise.all(asked.map(connected));
    for (const [place, { query = notes, ...rest }] of asked.entries())
      sockets[place]?.send({ type: 'subscribe', id: `at ${place}`, payload: { query, ...rest } });
    await expect.poll(() => board.followers()).toBe(before + asked.length);
    return sockets;
  }

  /** The texts of the next `count` events on each socket. */
  async function textsOf(sockets: readonly RawSocket[], count = 1): Promise<readonly (readonly string[])[]> {
    const texts = sockets.map((): string[] => []);
    for (const [place, socket] of sockets.entries())
      for (let left = count; left > 0; left -= 1) {
        const { id, payload } = await socket.next();
        expect(id).toBe(`at ${place}`);
        texts[place]?.push(payload.data.notes.text);
      }
    return texts;
  }

  const many = Array.from({ length: 20 }, () => ({}));

  test('is one for all subscribers of the same document, and each gets it with their own id', async () => {
    const sockets = await listeners(...many);
    board.post(7);
    expect(await textsOf(sockets)).toEqual(many.map(() => ['note 7']));
    expect(board.executions()).toBe(1);
  });

  test('can use variables of 16,384 characters, and no more; those of the root field do not count', async () => {
    const query = 'subscription($topic: String!, $gate: String!) { notes(topic: $topic) { n ... on Note { gated(gate: $gate) } } }';
    const gate = 'x'.repeat(16_384 - '{"gate":""}'.length);
    await listeners({ query, variables: { topic: 'x'.repeat(20_000), gate } });
    const socket = await connected();
    socket.send({ type: 'subscribe', id: 'long', payload: { query, variables: { topic: 'all', gate: `${gate}x` } } });
    expect(await socket.next()).toMatchObject({
      id: 'long',
      type: 'next',
      payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
    expect(board.followers()).toBe(1);
  });

  test('is shared by subscriptions that differ only in variables of the root field', async () => {
    const query = 'subscription($after: [Int!], $topic: String!) { notes(after: $after, topic: $topic) { n ... on Note { text } } }';
    const sockets = await listeners(...many.map((_, n) => ({ query, variables: { after: [n], topic: `topic ${n}` } })));
    expect(await textsOf(sockets)).toEqual(many.map((_, n) => [`note ${n}`]));
    expect(board.executions()).toBe(many.length);
    board.post(7);
    expect(await textsOf(sockets)).toEqual(many.map(() => ['note 7']));
    expect(board.executions()).toBe(many.length + 1);
  });

  test('is one for each value of a variable that is used below the root', async () => {
    const query = 'subscription($after: [Int!], $upper: Boolean) { notes(after: $after) { n ... on Note { text(upper: $upper) } } }';
    const sockets = await listeners(...many.map((_, n) => ({ query, variables: { after: [], upper: n % 2 === 0 } })));
    board.post(7);
    expect(await textsOf(sockets)).toEqual(many.map((_, n) => [n % 2 === 0 ? 'NOTE 7' : 'note 7']));
    expect(board.executions()).toBe(2);
  });

  test('respects the value of a directive’s variable', async () => {
    const query = 'subscription($brief: Boolean!) { notes { n ... on Note { text @skip(if: $brief) } } }';
    const sockets = await listeners(...many.map((_, n) => ({ query, variables: { brief: n % 2 === 0 } })));
    board.post(7);
    expect(await textsOf(sockets)).toEqual(many.map((_, n) => [n % 2 === 0 ? undefined : 'note 7']));
    expect(board.executions()).toBe(1);
  });

  test('is one for null, one for no value and one for a value of a variable', async () => {
    const query = 'subscription($upper: Boolean = true) { notes { n ... on Note { text(upper: $upper) } } }';
    const each = [{ upper: null }, {}, { upper: true }];
    const sockets = await listeners(...[...each, ...each].map((variables) => ({ query, variables })));
    board.post(7);
    expect(await textsOf(sockets)).toEqual([['null'], ['NOTE 7'], ['NOTE 7'], ['null'], ['NOTE 7'], ['NOTE 7']]);
    expect(board.executions()).toBe(each.length);
  });

  test('is not affected by another subscriber’s null for a variable', async () => {
    const query = 'subscription($show: Boolean = true) { notes { n ... on Note @include(if: $show) { text } } }';
    const [, socket] = await listeners({ query, variables: { show: null } }, { query });
    board.post(7);
    expect((await socket?.next())?.payload).toEqual({ data: { notes: { n: 7, text: 'note 7' } } });
  });

  test('is one for each operation of a document', async () => {
    const query = 'subscription A { notes { ... on Note { text } } } subscription B { notes { ... on Note { text(upper: true) } } }';
    const sockets = await listeners(...many.map((_, n) => ({ query, operationName: n % 2 === 0 ? 'A' : 'B' })));
    board.post(7);
    expect(await textsOf(sockets)).toEqual(many.map((_, n) => [n % 2 === 0 ? 'note 7' : 'NOTE 7']));
    expect(board.executions()).toBe(2);
  });

  test('is one for each subscriber if the document has fields of the viewer', async () => {
    const query = 'subscription { notes { n ... on Note { text viewerRequest } } }';
    const sockets = await listeners(...many.map(() => ({ query })));
    board.post(7);
    const found = await Promise.all(sockets.map(async (socket) => (await socket.next()).payload.data.notes));
    expect(found.map(({ text }) => text)).toEqual(many.map(() => 'note 7'));
    expect(new Set(found.map(({ viewerRequest }) => viewerRequest)).size).toBe(many.length);
    expect(board.executions()).toBe(many.length);
  });

  test('is shared for the types of events without fields of the viewer', async () => {
    const query = 'subscription { notes { n ... on Note { text } ... on Secret { text viewerRequest } } }';
    const sockets = await listeners(...many.map(() => ({ query })));
    board.post({ type: 'Secret', n: 1 }, 2, { type: 'Secret', n: 3 });
    expect(await textsOf(sockets, 3)).toEqual(many.map(() => ['note 1', 'note 2', 'note 3']));
    expect(board.executions()).toBe(2 * many.length + 1);
  });

  test('is shared by equal subscriptions on one socket, and starts again after all of them have ended', async () => {
    const socket = await connected();
    for (const id of ['a', 'b', 'c']) socket.subscribe(id, notes);
    await expect.poll(() => board.followers()).toBe(3);
    board.post(1);
    expect([(await socket.next()).id, (await socket.next()).id, (await socket.next()).id].sort()).toEqual(['a', 'b', 'c']);
    expect(board.executions()).toBe(1);
    for (const id of ['a', 'b', 'c']) socket.send({ type: 'complete', id });
    await expect.poll(() => board.followers()).toBe(0);
    const [again] = await listeners({});
    board.post(2);
    expect((await again?.next())?.payload.data.notes).toEqual({ n: 2, text: 'note 2' });
    expect(board.executions()).toBe(2);
  });

  test.each([
    ['at once', (value: object) => value],
    ['later', async (value: object) => value],
  ])('that is longer than a text can be is an error, and later events follow: it is known %s', async (_when, known) => {
    const [socket] = await listeners({ query: 'subscription { notes { n ... on Note { flaky } } }' });
    const tooLong = {
      toJSON() {
        // As JSON.stringify throws it beyond 512 MB.
        throw new RangeError('Invalid string length');
      },
    };
    board.flaky = () => known(tooLong);
    board.post(1);
    expect((await socket?.next())?.payload).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL' } }] });
    board.flaky = () => 1;
    board.post(2);
    expect((await socket?.next())?.payload).toEqual({ data: { notes: { n: 2, flaky: 1 } } });
  });

  test('starts for each event as it comes, however many wait behind a slow one', async () => {
    const long = Promise.withResolvers<number>();
    const sockets = await listeners(...many.map(() => ({ query: 'subscription { notes { n ... on Note { text flaky } } }' })));
    board.flaky = () => long.promise;
    board.post(0);
    board.flaky = () => 1;
    const count = 100;
    board.post(...Array.from({ length: count - 1 }, (_, n) => n + 1));
    expect(board.executions()).toBe(count);
    long.resolve(1);
    const inOrder = Array.from({ length: count }, (_, n) => `note ${n}`);
    expect(await textsOf(sockets, count)).toEqual(sockets.map(() => inOrder));
    expect(board.executions()).toBe(count);
  });

  test('keeps the order of a batch on each socket and subscription', async () => {
    const sockets = await Promise.all(Array.from({ length: 5 }, connected));
    const ids = ['own', 'shared', 'upper'];
    for (const socket of sockets) {
      socket.subscribe('own', 'subscription { notes { n ... on Note { text viewerRequest } ... on Secret { text viewerRequest } } }');
      socket.subscribe('shared', 'subscription { notes { n ... on Note { text } ... on Secret { viewerRequest } } }');
      socket.subscribe('upper', 'subscription { notes { n ... on Note { text(upper: true) } } }');
    }
    await expect.poll(() => board.followers()).toBe(sockets.length * ids.length);
    const count = 60;
    board.post(...Array.from({ length: count }, (_, n) => ({ type: n % 3 === 0 ? ('Secret' as const) : ('Note' as const), n })));
    for (const socket of sockets) {
      const seen = new Map<string | undefined, number[]>();
      for (let left = count * ids.length; left > 0; left -= 1) {
        const { id, payload } = await socket.next();
        seen.set(id, [...(seen.get(id) ?? []), payload.data.notes.n]);
      }
      for (const id of ids) expect([id, seen.get(id)]).toEqual([id, Array.from({ length: count }, (_, n) => n)]);
      await socket.quiet();
    }
  });

  test('is refused to each subscriber with an invalid document, and does not affect others', async () => {
    const [served] = await listeners({});
    const socket = await connected();
    for (const query of [
      `{ ${notes}`,
      'subscription { notes { absent } }',
      `subscription { notes { ${Array.from({ length: 300 }, (_, n) => `a${n}: n`).join(' ')} } }`,
    ]) {
      for (const id of ['first', 'second']) {
        socket.subscribe(id, query);
        expect(await socket.next()).toMatchObject({ id, type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      }
    }
    socket.subscribe('wrong', 'subscription($after: [Int!]) { notes(after: $after) { n } }', { after: ['x'] });
    expect(await socket.next()).toMatchObject({ id: 'wrong', payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
    board.post(1);
    expect((await served?.next())?.payload.data.notes.n).toBe(1);
  });
});

describe('members of a group, on real sockets', () => {
  const chat = world();

  /** A client as front ends use it. The returned function reads the next event of a type. */
  function follow({ token }: Person, query: string, variables: Readonly<Record<string, unknown>> = {}) {
    const client = createClient({
      url: `${chat.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    onTestFinished(() => client.dispose());
    const results = client.iterate<{ readonly events: Readonly<Record<string, unknown>> }>({ query, variables });
    return async function next(typename: string): Promise<Readonly<Record<string, unknown>>> {
      for (;;) {
        const { value } = await results.next();
        if (value?.errors || !value?.data) throw new Error(`not an event: ${JSON.stringify(value)}`);
        if (value.data.events['__typename'] === typename) return value.data.events;
      }
    };
  }

  const usual = print(FollowDocument);
  const own = usual.replace('sender {', 'conversation { viewerReadSeq viewerUnreadCount } sender { viewerContact { alias }');

  test.each([
    ['shares its messages', usual],
    ['shares none of its messages', own],
  ])('each get all messages, once and in order, with a document that %s', async (_what, query) => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben, cat);
    const all = [ann, ben, cat].map((person) => follow(person, query));
    for (const next of all) await next('StreamReady');
    const texts = Array.from({ length: 30 }, (_, n) => `number ${n}`);
    const sent = await Promise.all(
      texts.map((text, n) =>
        chat.ask(SendMessageDocument, { input: { conversationId: id, clientMessageId: `m${n}`, text } }, [ann, ben, cat][n % 3]),
      ),
    );
    const order = sent.map(({ sendMessage: { messageEdge } }) => messageEdge?.node.id);
    for (const next of all) {
      const seen: (readonly [number, string])[] = [];
      for (const _ of texts) {
        const { seq, messageEdge } = (await next('MessageSent')) as {
          readonly seq: number;
          readonly messageEdge: { readonly node: { readonly id: string } };
        };
        seen.push([seq, messageEdge.node.id]);
      }
      expect(seen.map(([seq]) => seq)).toEqual(texts.map((_, n) => n + 4));
      expect(new Set(seen.map(([, node]) => node))).toEqual(new Set(order));
    }
  });

  test('each see their own fields of the viewer, although other events are shared', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const nexts = [follow(ann, own), follow(ben, own)];
    for (const next of nexts) await next('StreamReady');
    const { seq } = await chat.say(ann, id, 'hello');
    for (const [place, next] of nexts.entries()) {
      const { messageEdge } = await next('MessageSent');
      expect(messageEdge).toMatchObject({
        node: { conversation: { viewerReadSeq: place === 0 ? seq : expect.any(Number), viewerUnreadCount: place } },
      });
    }
    await chat.ask(MarkReadDocument, { input: { conversationId: id, seq } }, ben);
    for (const next of nexts) expect(await next('ReceiptMoved')).toMatchObject({ membership: { user: { id: ben.id }, readSeq: seq } });
  });
});
