import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewData } from '../../src/data.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

const poll = {
  type: 'poll',
  question: 'Where to? Ä "quoted" \\ 漢字 👍🏽\n\u0001\u2028',
  options: ['sea', 'hills', null, { label: 'none', weight: -0.5 }],
  open: true,
  closesAt: null,
  votes: 9_007_199_254_740_991,
  '': {},
};

/** An object that nests so many levels deep. */
function nested(levels: number): NewData {
  let inner: NewData = {};
  for (let level = 1; level < levels; level += 1) inner = { in: inner };
  return inner;
}

/** An object whose JSON has so many bytes. */
function sized(bytes: number): NewData {
  return { x: 'x'.repeat(bytes - '{"x":""}'.length) };
}

/** What custom data of messages promises, on any database. */
export function promisesOfData(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  interface Said {
    readonly text?: string;
    readonly data?: NewData | null | undefined;
    readonly clientMessageId?: string;
  }

  function put(viewer: Viewer, conversationId: bigint, said: Said = {}): Promise<Message> {
    const usual = { text: '', data: poll, clientMessageId: freshKey() };
    return world.messages.send(viewer, { ...usual, ...said, conversationId });
  }

  async function scene() {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    return { ada, bob, conversationId, count: async () => (await world.entries(conversationId)).length };
  }

  describe('a message with custom data', () => {
    it('has it exactly wherever it is read, with or without a text', async () => {
      const { ada, conversationId } = await scene();
      const sent = await put(ada, conversationId);
      expect(sent).toMatchObject({ text: '', data: JSON.stringify(poll) });
      expect(await world.found(sent)).toEqual(sent);
      expect((await world.entries(conversationId)).at(-1)?.data).toMatchObject({ text: '', data: JSON.stringify(poll) });
      expect(await world.found(await put(ada, conversationId, { text: 'look', data: { b: 1, a: 2 } }))).toMatchObject({
        ...{ text: 'look', data: '{"b":1,"a":2}' },
      });
      expect(await world.found(await put(ada, conversationId, { data: {} }))).toMatchObject({ text: '', data: '{}' });
      expect((await world.say(ada, conversationId)).data).toBeNull();
    });

    it('has it when it is stored together with messages without any', async () => {
      const { ada, conversationId } = await scene();
      const sent = await Promise.all([world.say(ada, conversationId), put(ada, conversationId), world.say(ada, conversationId)]);
      expect(await world.messages.byRefs(sent)).toEqual(sent);
      expect(sent.map(({ data }) => data)).toEqual([null, JSON.stringify(poll), null]);
    });

    it('is found again under its clientMessageId with the same data in any order, and conflicts with other data', async () => {
      const { ada, conversationId, count } = await scene();
      const clientMessageId = freshKey();
      const sent = await put(ada, conversationId, { clientMessageId, data: { a: 1, b: { c: [1, 2], d: null } } });
      const before = await count();
      expect(await put(ada, conversationId, { clientMessageId, data: { b: { d: null, c: [1, 2] }, a: 1 } })).toEqual(sent);
      for (const data of [{ a: 1, b: { c: [2, 1], d: null } }, { a: 1, b: { c: [1, 2] } }, { a: '1', b: { c: [1, 2], d: null } }, {}]) {
        const refused = await refusal(put(ada, conversationId, { clientMessageId, data }));
        expect(refused, JSON.stringify(data)).toEqual({ code: 'CONFLICT', field: ['clientMessageId'] });
      }
      expect(await refusal(put(ada, conversationId, { clientMessageId, text: 'x', data: null }))).toMatchObject({ code: 'CONFLICT' });
      expect(await count()).toBe(before);
    });

    it('is forwarded with it, with the original sender as its origin', async () => {
      const { ada, bob, conversationId } = await scene();
      const message = await put(ada, conversationId);
      const sent = await world.messages.forward(bob, { message, conversationId, clientMessageId: freshKey() });
      expect(sent).toMatchObject({ text: '', data: message.data, origin: { userId: ada.userId } });
      await world.messages.recall(ada, message);
      expect(await world.found(sent)).toEqual(sent);
    });

    it('leaves no trace of it after a recall, neither in the message nor in its edits', async () => {
      const secret = freshKey();
      const { ada, conversationId } = await scene();
      const sent = await put(ada, conversationId, { data: { [secret]: true } });
      await world.messages.edit(ada, { message: sent, text: '', data: { a: [secret] } });
      async function kept(): Promise<number> {
        const where = { conversationId };
        const rows = await world.db.transaction(async (tx) => [
          await tx.message.findMany({ where }),
          await tx.messageEdit.findMany({ where }),
        ]);
        return rows.flat().filter(({ data }) => data?.includes(secret)).length;
      }
      expect(await kept()).toBe(2);
      expect(await world.messages.recall(ada, sent)).toMatchObject({ text: '', data: null });
      expect(await world.found(sent)).toMatchObject({ text: '', data: null });
      expect((await world.entries(conversationId))[sent.seq - 1]?.data).toMatchObject({ data: null });
      expect(await kept()).toBe(0);
    });

    it('shows none once recalled, even by a node that knows no custom data', async () => {
      const { ada, conversationId } = await scene();
      const sent = await put(ada, conversationId);
      const where = { conversationId, seq: sent.seq };
      await world.db.transaction((tx) => tx.message.updateMany({ where, data: { text: '', recalledAt: sent.sentAt } }));
      expect(await world.found(sent)).toMatchObject({ text: '', data: null });
    });
  });

  describe('an edit', () => {
    it('leaves data that it does not name, replaces or removes data that it names, and keeps the versions before', async () => {
      const { ada, conversationId } = await scene();
      const message = await put(ada, conversationId);
      expect(await world.messages.edit(ada, { message, text: 'spoken' })).toMatchObject({ text: 'spoken', data: message.data });
      const other = await world.messages.edit(ada, { message, text: 'spoken', data: { a: 1 } });
      expect(other).toMatchObject({ text: 'spoken', data: '{"a":1}' });
      expect(await world.found(message)).toEqual(other);
      const none = await world.messages.edit(ada, { message, text: 'spoken', data: null });
      expect(none).toMatchObject({ text: 'spoken', data: null });
      expect(await world.found(message)).toEqual(none);
      expect((await world.editsOf(message)).map(({ text, data }) => [text, data])).toEqual([
        ['spoken', '{"a":1}'],
        ['spoken', message.data],
        ['', message.data],
      ]);
    });

    it('to the current content changes nothing, in whatever order of keys', async () => {
      const { ada, conversationId, count } = await scene();
      const message = await put(ada, conversationId, { data: { a: 1, b: -0 } });
      const before = await count();
      expect(await world.messages.edit(ada, { message, text: '', data: { b: 0, a: 1 } })).toEqual(message);
      expect(await world.messages.edit(ada, { message, text: '' })).toEqual(message);
      expect(await count()).toBe(before);
    });

    it('of the text alone leaves the stored data as it is, whatever it is', async () => {
      const { ada, conversationId } = await scene();
      const message = await put(ada, conversationId);
      const where = { conversationId, seq: message.seq };
      const data = '{ "of": "a later release" }';
      await world.db.transaction((tx) => tx.message.updateMany({ where, data: { data } }));
      await world.messages.edit(ada, { message, text: 'look' });
      expect(await world.db.client.message.findFirst({ where, select: { text: true, data: true } })).toEqual({ text: 'look', data });
    });

    it('must leave a text, an attachment or custom data', async () => {
      const { ada, conversationId, count } = await scene();
      const [message, said] = [await put(ada, conversationId), await world.say(ada, conversationId)];
      const before = await count();
      const empty = { code: 'INVALID_INPUT', field: ['text'] };
      expect(await refusal(world.messages.edit(ada, { message, text: '', data: null }))).toEqual(empty);
      expect(await refusal(world.messages.edit(ada, { message, text: '', data: null, attachments: [] }))).toEqual(empty);
      expect(await refusal(world.messages.edit(ada, { message, text: ' ' }))).toEqual(empty);
      expect(await refusal(world.messages.edit(ada, { message: said, text: '' }))).toEqual(empty);
      expect(await count()).toBe(before);
      const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png' }];
      expect(await world.messages.edit(ada, { message, text: '', data: null, attachments })).toMatchObject({ text: '', data: null });
      expect(await world.messages.edit(ada, { message: said, text: '', data: {} })).toMatchObject({ text: '', data: '{}' });
    });
  });

  describe('custom data is refused without storing anything', () => {
    it('for no data without a text, and for a blank text', async () => {
      const { ada, conversationId, count } = await scene();
      const before = await count();
      for (const said of [{ data: undefined }, { data: null }, { text: ' ' }]) {
        expect(await refusal(put(ada, conversationId, said))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
      }
      expect(await count()).toBe(before);
    });

    it('beyond MAX_DATA_BYTES, while stored data is found, may stay, and cannot be forwarded', async () => {
      const { ada, conversationId } = await scene();
      const { messages } = world.node({ maxDataBytes: 20 });
      const request = { conversationId, clientMessageId: freshKey(), text: 'look', data: { ä: '漢字漢' } };
      expect(JSON.stringify(request.data).length).toBeLessThan(20);
      const tooLarge = { code: 'INVALID_INPUT', field: ['data'] };
      expect(await refusal(messages.send(ada, { ...request, clientMessageId: freshKey(), data: sized(21) }))).toEqual(tooLarge);
      expect(await messages.send(ada, { ...request, clientMessageId: freshKey(), data: sized(20) })).toMatchObject({ text: 'look' });
      expect(await messages.send(ada, { ...request, clientMessageId: freshKey(), data: { a: '漢字漢字' } })).toMatchObject({
        data: '{"a":"漢字漢字"}',
      });
      expect(await refusal(messages.send(ada, { ...request, clientMessageId: freshKey(), data: { a: '漢字漢字漢' } }))).toEqual(tooLarge);
      const message = await world.messages.send(ada, { ...request, data: sized(21) });
      expect(await messages.send(ada, { ...request, data: sized(21) })).toEqual(message);
      expect(await messages.edit(ada, { message, text: 'there', data: sized(21) })).toMatchObject({ text: 'there', data: message.data });
      expect(await refusal(messages.edit(ada, { message, text: 'there', data: sized(22) }))).toEqual(tooLarge);
      expect(await refusal(messages.forward(ada, { conversationId, message, clientMessageId: freshKey() }))).toEqual({
        ...{ code: 'INVALID_INPUT', field: ['messageId'] },
      });
      const none = world.node({ maxDataBytes: 0 }).messages;
      expect(await refusal(none.send(ada, { ...request, clientMessageId: freshKey(), data: {} }))).toEqual(tooLarge);
      expect(await none.edit(ada, { message, text: 'there', data: null })).toMatchObject({ data: null });
    });

    it('beyond the largest MAX_DATA_BYTES, and accepted up to it', async () => {
      const { ada, conversationId } = await scene();
      const { messages } = world.node({ maxDataBytes: 64_000 });
      const request = () => ({ conversationId, clientMessageId: freshKey(), text: '' });
      const sent = await messages.send(ada, { ...request(), data: { x: '漢'.repeat(21_330) } });
      expect(await world.found(sent)).toEqual(sent);
      expect(await refusal(messages.send(ada, { ...request(), data: sized(64_001) }))).toEqual({
        ...{ code: 'INVALID_INPUT', field: ['data'] },
      });
    });

    it('that nests thousands of levels deep', async () => {
      const { ada, conversationId } = await scene();
      expect(await refusal(put(ada, conversationId, { data: nested(100_000) }))).toEqual({ code: 'INVALID_INPUT', field: ['data'] });
    });

    const half = '\ud800';
    it.each<[string, NewData, readonly string[]]>([
      ['eleven levels', nested(11), Array(10).fill('in')],
      ['half a character', { a: [0, half] }, ['a', '1']],
      ['half a character in a name', { a: { [half]: 1 } }, ['a']],
      ['NUL', { a: { b: 'x\0' } }, ['a', 'b']],
      ['NUL in a name', { '\0': 1 }, []],
      ['no number', { a: Number.NaN }, ['a']],
      ['what JSON makes of 1e400', JSON.parse('{"a":[1e400]}') as NewData, ['a', '0']],
      ['a whole number that a double does not hold', JSON.parse('{"a":9007199254740993}') as NewData, ['a']],
      ['a negative one', { a: -(2 ** 53) }, ['a']],
      ['a time', { a: new Date(0) }, ['a']],
      ['more in its prototype than in itself', JSON.parse(`{"__proto__":{"a":"${half}"}}`) as NewData, ['__proto__', 'a']],
    ])('with %s in it', async (_what, data, at) => {
      const { ada, conversationId, count } = await scene();
      const message = await world.say(ada, conversationId);
      const before = await count();
      const refused = { code: 'INVALID_INPUT', field: ['data', ...at] };
      expect(await refusal(put(ada, conversationId, { data }))).toEqual(refused);
      expect(await refusal(world.messages.edit(ada, { message, text: 'x', data }))).toEqual(refused);
      expect(await count()).toBe(before);
    });
  });

  it.each([
    ['a name that is the prototype’s', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toJSON":"a"}'],
    ['ten levels', JSON.stringify(nested(10))],
    ['numbers of all kinds', '{"a":[0,-1.5,1e-7,5e-324,0.1,9007199254740991,-9007199254740991]}'],
    ['names in the order in which they came', '{"z":1,"a":2,"ä":3,"A":4,"":5}'],
    ['control characters', JSON.stringify({ '\n\u0001': '\u001a\u2028\uffff\\u0000' })],
  ])('custom data can have %s', async (_what, json) => {
    const { ada, bob, conversationId } = await scene();
    const sent = await put(ada, conversationId, { data: JSON.parse(json) as NewData });
    expect(sent.data).toBe(json);
    expect(await world.found(sent)).toEqual(sent);
    expect(await world.messages.edit(ada, { message: sent, text: '', data: JSON.parse(json) as NewData })).toEqual(sent);
    const forwarded = await world.messages.forward(bob, { message: sent, conversationId, clientMessageId: freshKey() });
    expect(await world.found(forwarded)).toMatchObject({ data: json });
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });
}
