import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { post } from '../gateway/http.ts';
import {
  ConversationStateDocument,
  CreateGroupDocument,
  MarkReadDocument,
  SendMessageDocument,
  UpdateProfileDocument,
} from '../support/generated/graphql.ts';
import { rawSql } from '../support/raw-sql.ts';
import { refusals } from '../support/refusal.ts';
import { scrape } from '../support/scrape.ts';
import { given, type Person, world } from '../support/world.ts';

function bearer({ token }: Person): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

describe('a client error', () => {
  const chat = world();

  it.each([
    ['that does not parse', '{ viewer {', {}],
    ['with a field that is not there', '{ viewer { secrets } }', {}],
    ['with an argument that is missing', '{ user { id } }', {}],
    ['with a variable that is missing', 'query Q($handle: String!) { user(handle: $handle) { id } }', {}],
    ['with null where there must be a value', 'query Q($handle: String!) { user(handle: $handle) { id } }', { handle: null }],
    ['with a variable of another type', 'query Q($first: Int) { users(search: "a", first: $first) { edges { cursor } } }', { first: 'x' }],
    [
      'with a number out of range',
      'query Q($first: Int) { users(search: "a", first: $first) { edges { cursor } } }',
      { first: 2_147_483_648 },
    ],
    [
      'with an input field that is not there',
      'mutation M($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }',
      { input: { handle: 'x' } },
    ],
    ['with null for an id in a list', 'query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [null] }],
    ['with two operations and no name', 'query A { viewer { user { id } } } query B { viewer { user { id } } }', {}],
  ])('in a document %s is BAD_USER_INPUT', async (_name, document, variables) => {
    const [ann] = await chat.people('ann');
    const { data, errors } = await post(chat.url, document, bearer(ann), variables);
    expect(errors?.length).toBeGreaterThan(0);
    for (const refusal of refusals(errors)) expect(refusal).toBe('BAD_USER_INPUT');
    expect(data ?? null).toBeNull();
  });

  it('in one field of a query leaves the other fields answered', async () => {
    const [ann] = await chat.people('ann');
    const document = `{ viewer { user { id } } bad: node(id: "x") { id } good: node(id: "${ann.id}") { id } }`;
    const { data, errors } = await post(chat.url, document, bearer(ann));
    expect(data).toEqual({ viewer: { user: { id: ann.id } }, bad: null, good: { id: ann.id } });
    expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT', argument: ['id'] } }]);
  });

  it('looks the same over a socket', async () => {
    const [ann] = await chat.people('ann');
    const client = chat.socket(ann);
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: '{ node(id: "x") { id } }' })) results.push(result);
    expect(results).toMatchObject([
      { data: { node: null }, errors: [{ path: ['node'], extensions: { code: 'BAD_USER_INPUT', argument: ['id'] } }] },
    ]);
    await expect(client.iterate({ query: '{ viewer { secrets } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('a refusal', () => {
  const chat = world();

  it('is in the payload, for people and for programs, and not among the errors of the response', async () => {
    const [ann] = await chat.people('ann');
    const answer = await chat.post(UpdateProfileDocument, { input: { displayName: '' } }, ann);
    expect(answer.errors).toBeUndefined();
    const [error] = answer.data?.updateProfile.errors ?? [];
    expect(error).toMatchObject({ code: 'INVALID_INPUT', field: ['input', 'displayName'], retryAfterMs: null });
    expect(error?.message).toMatch(/\w/);
  });

  it('of one mutation leaves the other mutations of the document done', async () => {
    const [ann] = await chat.people('ann');
    const document = parse(`mutation {
      one: updateProfile(input: { displayName: "One" }) { user { displayName } errors { code } }
      two: updateProfile(input: { displayName: "" }) { user { displayName } errors { code } }
      three: updateProfile(input: { bio: "Three." }) { user { displayName bio } errors { code } }
    }`);
    const { data } = await post(chat.url, document.loc?.source.body ?? '', bearer(ann));
    expect(data).toEqual({
      one: { user: { displayName: 'One' }, errors: [] },
      two: { user: null, errors: [{ code: 'INVALID_INPUT' }] },
      three: { user: { displayName: 'One', bio: 'Three.' }, errors: [] },
    });
  });
});

describe('while nothing can be written', () => {
  const chat = world({ WRITE_DEADLINE_MS: '500' });

  it('a write is UNAVAILABLE, is counted as that, and is stored once when it is repeated, and reads go on', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.direct(ann, ben);
    const first = await chat.say(ann, id, 'hello');
    const message = { conversationId: id, clientMessageId: 'once', text: 'is anybody there?' };
    const group = { name: 'Once', clientGroupId: 'once' };
    await using sql = await rawSql(chat.stores);
    const failed = async () => (await scrape(chat.node)).value('mpim_operation_seconds_count{operation="mutation",outcome="UNAVAILABLE"}');
    expect(await failed()).toBe(0);
    {
      await using _held = await sql.holdWrites();
      const [sent, created] = await Promise.all([
        chat.ask(SendMessageDocument, { input: message }, ann),
        chat.ask(CreateGroupDocument, { input: group }, ann),
      ]);
      expect(refusals(sent.sendMessage.errors)).toEqual(['UNAVAILABLE']);
      expect(sent.sendMessage.messageEdge).toBeNull();
      expect(sent.sendMessage.errors[0]?.retryAfterMs).toBeGreaterThan(0);
      expect(refusals(created.createGroup.errors)).toEqual(['UNAVAILABLE']);
      expect(await failed()).toBe(2);
      expect((await chat.ask(ConversationStateDocument, { id }, ann)).conversation?.lastSeq).toBe(first.seq);
    }
    const again = await chat.ask(SendMessageDocument, { input: message }, ann);
    expect(again.sendMessage).toMatchObject({ messageEdge: { node: { seq: first.seq + 1, text: message.text } }, errors: [] });
    expect(await chat.ask(SendMessageDocument, { input: message }, ann)).toEqual(again);
    const made = await chat.ask(CreateGroupDocument, { input: group }, ann);
    expect((await chat.ask(CreateGroupDocument, { input: group }, ann)).createGroup.group?.id).toBe(given(made.createGroup.group, []).id);
    expect((await chat.ask(MarkReadDocument, { input: { conversationId: id, seq: 2 } }, ben)).markRead.errors).toEqual([]);
  });
});
