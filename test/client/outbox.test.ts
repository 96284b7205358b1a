import { expect, it } from 'vitest';
import { createOutbox, storageMessages } from '../../client/index.ts';
import { post } from '../support/client.ts';
import { SendMessageDocument, type SendMessageInput, UpdateGroupDocument } from '../support/generated/graphql.ts';
import { given, type Person } from '../support/world.ts';
import { cuttableWorld } from './cuttable-world.ts';
import { textsOf } from './followed.ts';
import { follow, socketTo } from './follower.ts';
import { listedStorage } from './storage.ts';

const chat = cuttableWorld();

/** Sends over the connection that can be cut. */
async function send(person: Person, input: SendMessageInput) {
  const { data, errors } = await post(chat.link.url, SendMessageDocument, { input }, person.token);
  // As client libraries do.
  if (errors !== undefined) throw Object.assign(new Error(JSON.stringify(errors)), { errors });
  return given(data, []).sendMessage;
}

it('messages that are sent while connections break are stored once and in order', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const group = await chat.group(ann, ben);
  const { events, states } = follow({ subscribe: socketTo(chat.url, () => ben.token).subscribe });
  await expect.poll(states).toContain('live');
  let [asked, retried] = [0, 0];
  const outbox = createOutbox({
    async send(input: SendMessageInput) {
      asked += 1;
      const answer = send(ann, input);
      if (asked % 3 !== 0) return answer;
      // The message is stored, but the response is lost.
      await answer;
      chat.link.cut();
      throw new TypeError('fetch failed');
    },
    onRetry: () => {
      retried += 1;
    },
    random: () => 0,
  });
  const texts = Array.from({ length: 20 }, (_, n) => `message ${n}`);
  const answers = await Promise.all(texts.map((text) => outbox.send({ conversationId: group, text })));
  expect(answers.map(({ messageEdge }) => messageEdge?.node.text)).toEqual(texts);
  await expect.poll(() => textsOf(events)).toEqual(texts);
  expect(retried).toBeGreaterThan(3);
  expect(outbox.waiting()).toEqual([]);
});

it('a back-off can be woken and then cancelled, but not before the time that the server names', async () => {
  const refusals = [new TypeError('fetch failed'), [{ message: 'busy', extensions: { code: 'UNAVAILABLE', retryAfterMs: 60_000 } }]];
  const clock = { now: () => 0, after: () => () => undefined };
  const woken = new Set<() => void>();
  let asked = 0;
  const outbox = createOutbox({
    async send(_: SendMessageInput) {
      asked += 1;
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      return { errors: [] };
    },
    wake(wakeUp) {
      woken.add(wakeUp);
      return () => void woken.delete(wakeUp);
    },
    clock,
  });
  const answer = outbox.send({ conversationId: 'any', text: 'Hello' });
  await expect.poll(() => woken.size).toBe(1);
  for (const wakeUp of woken) wakeUp();
  await expect.poll(() => [asked, woken.size]).toEqual([2, 1]);
  for (const wakeUp of woken) wakeUp();
  expect(woken.size).toBe(1);
  clock.now = () => 60_000;
  for (const wakeUp of woken) wakeUp();
  await answer;
  expect([asked, woken.size]).toEqual([3, 0]);
});

it('resend() sends waiting messages at once, as when events are live again', async () => {
  let asked = 0;
  const outbox = createOutbox({
    async send(_: SendMessageInput) {
      asked += 1;
      if (asked === 1) throw new TypeError('fetch failed');
      return { errors: [] };
    },
    clock: { now: () => 0, after: () => () => undefined },
  });
  const answer = outbox.send({ conversationId: 'any', text: 'Hello' });
  await expect.poll(() => outbox.resend().length + asked).toBe(2);
  await answer;
  expect(outbox.waiting()).toEqual([]);
});

it('a message that the server refuses is not sent again', async () => {
  const [ann] = await chat.people('ann');
  let asked = 0;
  const outbox = createOutbox({
    send(input: SendMessageInput) {
      asked += 1;
      return send(ann, input);
    },
  });
  const conversationId = await chat.group(ann);
  const { errors } = await outbox.send({ conversationId, text: '' });
  expect([errors[0]?.code, asked]).toEqual(['INVALID_INPUT', 1]);
});

it('a message that is too early in slow mode is refused with the time to wait, and not retried', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const conversationId = await chat.group(ann, ben);
  await chat.ask(UpdateGroupDocument, { input: { groupId: conversationId, slowModeSeconds: 3_600 } }, ann);
  const outbox = createOutbox({ send: (input: SendMessageInput) => send(ben, input) });
  await outbox.send({ conversationId, text: 'one' });
  const { errors } = await outbox.send({ conversationId, text: 'two' });
  expect(errors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
});

it('a message that was sent without a valid token waits until the user has signed in', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  let token = 'expired';
  const outbox = createOutbox({ send: (input: SendMessageInput) => send({ ...ann, token }, input) });
  await expect(outbox.send({ conversationId, text: 'hello' })).rejects.toThrow('UNAUTHENTICATED');
  ({ token } = ann);
  const [answer] = await Promise.all(outbox.resend());
  expect(answer?.messageEdge?.node.text).toBe('hello');
  expect(outbox.waiting()).toEqual([]);
});

it.each([4401, 1008])('a message whose socket is closed with %i waits, because that is no answer to it', async (code) => {
  let isOpen = false;
  const refused: unknown[] = [];
  const outbox = createOutbox({
    send: (_: SendMessageInput) => (isOpen ? Promise.resolve({ errors: [] }) : Promise.reject({ code, reason: 'Signed out, or replaced' })),
    onRefused: ({ text }) => refused.push(text),
  });
  await expect(outbox.send({ conversationId: 'a', text: 'one' })).rejects.toMatchObject({ code });
  isOpen = true;
  expect([await Promise.all(outbox.resend()), refused, outbox.waiting()]).toEqual([[{ errors: [] }], [], []]);
});

it('a message without a response when the page closed is sent by the next page, with the same clientMessageId', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  let stored: readonly SendMessageInput[] = [];
  const store = {
    load: () => stored,
    save(waiting: readonly SendMessageInput[]) {
      stored = waiting;
    },
  };
  const offline = createOutbox<SendMessageInput, { errors: [] }>({ store, send: () => Promise.reject(new TypeError('fetch failed')) });
  const sent = offline.send({ conversationId, text: 'hello' });
  offline.stop();
  await expect(sent).rejects.toThrow('stopped');
  const [message] = stored;
  const next = createOutbox({ store, send: (input: SendMessageInput) => send(ann, input) });
  const [answer] = await Promise.all(next.resend());
  expect(answer?.messageEdge?.node).toMatchObject({ text: 'hello', clientMessageId: message?.clientMessageId });
  expect(stored).toEqual([]);
});

it('each refused message is reported, whichever outbox it was sent with, and waits no more', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  const shared = listedStorage();
  const store = () => storageMessages<SendMessageInput>(shared, 'ann');
  const offline = createOutbox<SendMessageInput, { errors: [] }>({
    store: store(),
    send: () => Promise.reject(new TypeError('fetch failed')),
  });
  for (const text of ['', 'too long'.repeat(10_000), 'fine']) offline.send({ conversationId, text }).catch(() => undefined);
  const unknown = { conversationId: 'none', text: 'nowhere', nonsense: true };
  offline.send(unknown).catch(() => undefined);
  offline.stop();
  const refused: unknown[] = [];
  const outbox = createOutbox({
    store: store(),
    send: (input: SendMessageInput) => send(ann, input),
    onRefused: ({ text }, { code }) => refused.push([text.slice(0, 8), code]),
  });
  const { messageEdge } = await outbox.send({ conversationId, text: 'now' });
  expect(messageEdge?.node.text).toBe('now');
  expect(refused).toEqual([
    ['', 'INVALID_INPUT'],
    ['too long', 'INVALID_INPUT'],
  ]);
  await Promise.allSettled(outbox.resend());
  expect(refused.slice(2)).toEqual([['nowhere', 'BAD_USER_INPUT']]);
  expect([outbox.waiting(), shared.length]).toEqual([[], 0]);
});

it('messages that a closed tab left are sent once by an open tab, with its own', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  const shared = listedStorage();
  let offline = true;
  const tab = () =>
    createOutbox({
      store: storageMessages<SendMessageInput>(shared, 'ann'),
      send: (input: SendMessageInput) => (offline ? Promise.reject(new TypeError('fetch failed')) : send(ann, input)),
    });
  const [closed, open] = [tab(), tab()];
  const [left, own] = [closed.send({ conversationId, text: 'left' }), open.send({ conversationId, text: 'own' })];
  closed.stop();
  await expect(left).rejects.toThrow('stopped');
  offline = false;
  const answers = await Promise.all([own, ...open.resend(), ...tab().resend()]);
  const stored = new Map(answers.map(({ messageEdge }) => [messageEdge?.node.id, messageEdge?.node.text]));
  expect([...stored.values()].toSorted()).toEqual(['left', 'own']);
  expect(answers.length).toBeGreaterThan(2);
  expect([open.waiting(), shared.length]).toEqual([[], 0]);
});

it('messages that resend() takes over from a closed tab are saved as waiting, so that they are shown like its own', () => {
  const shared = listedStorage();
  const kept = storageMessages<SendMessageInput>(shared, 'ann');
  let shown: readonly SendMessageInput[] = [];
  const open = createOutbox<SendMessageInput, { errors: [] }>({
    store: {
      load: kept.load,
      save(waiting) {
        kept.save(waiting);
        shown = waiting;
      },
    },
    send: () => new Promise(() => undefined),
  });
  const left = { conversationId: 'a', clientMessageId: 'left', text: 'left' };
  storageMessages<SendMessageInput>(shared, 'ann').save([left]);
  expect(open.resend()).toHaveLength(1);
  expect(shown).toEqual([left]);
});

it('waiting messages are sent before new ones, and nothing overtakes a message that waits for a sign-in', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  let token = 'expired';
  const outbox = createOutbox({ send: (input: SendMessageInput) => send({ ...ann, token }, input) });
  const first = outbox.send({ conversationId, text: 'one' });
  const second = outbox.send({ conversationId, text: 'two' });
  await expect(first).rejects.toThrow('UNAUTHENTICATED');
  ({ token } = ann);
  await expect(second).rejects.toThrow('sign-in');
  const { messageEdge } = await outbox.send({ conversationId, text: 'three' });
  expect(messageEdge?.node).toMatchObject({ text: 'three', seq: 4 });
  expect(outbox.waiting()).toEqual([]);
});

it('a message keeps a clientMessageId that the application has made, and waits only once under it', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  const outbox = createOutbox({ send: (input: SendMessageInput) => send(ann, input) });
  const message = { conversationId, text: 'a picture', clientMessageId: 'of the upload' };
  const sent = outbox.send(message);
  await expect(outbox.send(message)).rejects.toThrow('waits already');
  expect((await sent).messageEdge?.node.clientMessageId).toBe('of the upload');
  expect(outbox.waiting()).toEqual([]);
});

it('a response that arrives after an outbox was stopped leaves the store to its successor', async () => {
  let stored: readonly SendMessageInput[] = [];
  const store = {
    load: () => stored,
    save(waiting: readonly SendMessageInput[]) {
      stored = waiting;
    },
  };
  const { promise: answer, resolve: answered } = Promise.withResolvers<{ errors: [] }>();
  const before = createOutbox<SendMessageInput, { errors: [] }>({ store, send: () => answer });
  const sent = before.send({ conversationId: 'a', text: 'one' });
  before.stop();
  const after = createOutbox<SendMessageInput, { errors: [] }>({ store, send: () => new Promise(() => undefined) });
  void after.send({ conversationId: 'a', text: 'two' });
  answered({ errors: [] });
  await sent;
  expect(stored.map(({ text }) => text)).toEqual(['one', 'two']);
});

it('a message that a proxy refuses each time can be found and discarded, and then those after it are sent', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  const shared = listedStorage();
  let refused = 0;
  const outbox = createOutbox({
    store: storageMessages<SendMessageInput>(shared, 'ann'),
    async send(input: SendMessageInput) {
      if (input.text !== 'a query: select 1') return await send(ann, input);
      refused += 1;
      throw new TypeError('Response not successful: Received status code 403');
    },
    clock: { now: () => 0, after: () => () => undefined },
  });
  const stuck = outbox.send({ conversationId, text: 'a query: select 1' });
  const next = outbox.send({ conversationId, text: 'next' });
  const dropped = outbox.send({ conversationId, text: 'dropped before its turn' });
  const [first, second, third] = outbox.waiting().map(({ clientMessageId }) => clientMessageId);
  await expect.poll(() => outbox.failureOf(first ?? '')?.message).toContain('403');
  expect(outbox.failureOf(second ?? '')).toBeNull();
  for (const id of [third, first, first]) outbox.discard(id ?? '');
  await expect(stuck).rejects.toThrow('discarded');
  await expect(dropped).rejects.toThrow('discarded');
  expect((await next).messageEdge?.node.text).toBe('next');
  expect([outbox.waiting(), shared.length, refused, outbox.failureOf(first ?? '')]).toEqual([[], 0, 1, null]);
});

it('a discarded message can be sent changed under its clientMessageId, and is refused if the first one was stored', async () => {
  const [ann] = await chat.people('ann');
  const conversationId = await chat.group(ann);
  const { promise: lost, reject: lose } = Promise.withResolvers<never>();
  const [asked, refused]: [unknown[], unknown[]] = [[], []];
  const outbox = createOutbox({
    async send(input: SendMessageInput) {
      const answer = await send(ann, input);
      return asked.push(input.text) === 1 ? lost : answer;
    },
    onRefused: ({ text }, { code }) => refused.push([text, code]),
  });
  const first = expect(outbox.send({ conversationId, text: 'one' })).rejects.toThrow('discarded');
  const [message] = outbox.waiting();
  outbox.discard(message?.clientMessageId ?? '');
  const second = outbox.send({ ...message, conversationId, text: 'one, changed' });
  const third = outbox.send({ conversationId, text: 'two' });
  await expect.poll(() => asked).toEqual(['one']);
  lose(new TypeError('fetch failed'));
  await first;
  expect((await second).errors).toMatchObject([{ code: 'CONFLICT', field: ['input', 'clientMessageId'] }]);
  expect((await third).messageEdge?.node.seq).toBe(3);
  expect([asked, refused, outbox.waiting()]).toEqual([['one', 'one, changed', 'two'], [['one, changed', 'CONFLICT']], []]);
});
