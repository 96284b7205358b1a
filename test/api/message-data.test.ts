import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EditReferenceDocument, ForwardMessageDocument, SendReferenceDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

type Data = Record<string, unknown>;

const poll = { type: 'poll', question: 'Where to?', options: ['sea', { label: 'hills', at: [47.5, -1] }], open: true, closesAt: null };

describe('the data of a message', () => {
  const chat = world();

  async function send(as: Person, conversationId: string, data: Data | null, more: object = {}) {
    const input = { conversationId, clientMessageId: randomUUID(), text: '', data, ...more };
    return (await chat.ask(SendReferenceDocument, { input }, as)).sendMessage;
  }

  async function edit(as: Person, input: { messageId: string; text: string; data?: Data | null }) {
    return (await chat.ask(EditReferenceDocument, { input }, as)).editMessage;
  }

  interface Sent {
    readonly sendMessage: { readonly messageEdge: { readonly node: { readonly data: Data | null } } | null; readonly errors: readonly [] };
  }

  /** Sends data that is written in the document itself, with variables in it. */
  async function sendLiteral(as: Person, conversationId: string, literal: string, variables: Data = {}, declared = '') {
    const document: TypedDocumentNode<Sent, Data> = parse(`mutation ($conversationId: ID!, $clientMessageId: ID!${declared}) {
      sendMessage(input: { conversationId: $conversationId, clientMessageId: $clientMessageId, text: "", data: ${literal} }) {
        messageEdge { node { data } } errors { code message field }
      }
    }`);
    return chat.post(document, { conversationId, clientMessageId: randomUUID(), ...variables }, as);
  }

  it('is sent and shown with the message, kept by edits that do not name it, and forwarded with the message', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const sent = await send(ann, group, poll);
    const { id: messageId, ...message } = given(sent.messageEdge, sent.errors).node;
    expect(message).toMatchObject({ text: '', data: poll });
    expect((await edit(ann, { messageId, text: 'look' })).message).toMatchObject({ text: 'look', data: poll });
    const input = { messageId, conversationId: group, clientMessageId: randomUUID() };
    const { forwardMessage } = await chat.ask(ForwardMessageDocument, { input }, ben);
    expect(given(forwardMessage.messageEdge, forwardMessage.errors).node).toMatchObject({ text: 'look', data: poll });
    expect((await edit(ann, { messageId, text: '', data: { a: 1 } })).message).toMatchObject({ text: '', data: { a: 1 } });
    expect((await edit(ann, { messageId, text: 'none', data: null })).message).toMatchObject({ text: 'none', data: null });
    expect(refusals((await edit(ann, { messageId, text: '' })).errors)).toEqual(['INVALID_INPUT input.text']);
  });

  it('can be written in the document with variables, and a variable without a value is absent', async () => {
    const [ann] = await chat.people('ann');
    const group = await chat.group(ann);
    const literal =
      '{ a: 1, b: -1.5e-3, c: "x\\n\\"", d: [true, null, $given, $absent], e: { f: $whole, g: $absent }, __proto__: { h: [] } }';
    const declared = ', $given: String, $absent: Int, $whole: JSONObject';
    const { data, errors } = await sendLiteral(ann, group, literal, { given: 'g', whole: poll }, declared);
    expect(errors).toBeUndefined();
    const shown = `{"a":1,"b":-0.0015,"c":"x\\n\\"","d":[true,null,"g",null],"e":{"f":${JSON.stringify(poll)}},"__proto__":{"h":[]}}`;
    expect(JSON.stringify(data?.sendMessage.messageEdge?.node.data)).toBe(shown);
    const whole = await sendLiteral(ann, group, '$whole', { whole: poll }, ', $whole: JSONObject');
    expect(whole.data?.sendMessage.messageEdge?.node.data).toEqual(poll);
    const large = `{ list: [${'1 '.repeat(2_000)}] }`;
    expect((await sendLiteral(ann, group, large)).data?.sendMessage.messageEdge?.node.data).toEqual({ list: Array(2_000).fill(1) });
  });

  it.each(['"text"', '1', '[{ a: 1 }]', '[]', 'true', 'WORD'])('is refused if the document has %s in its place', async (literal) => {
    const [ann] = await chat.people('ann');
    expect(refusals((await sendLiteral(ann, await chat.group(ann), literal)).errors)).toEqual(['BAD_USER_INPUT']);
  });

  it.each([
    ['too deep', `{ a: ${'['.repeat(10)}${']'.repeat(10)} }`, `INVALID_INPUT input.data.a${'.0'.repeat(9)}`],
    ['far too deep', `{ a: ${'['.repeat(400)}${']'.repeat(400)} }`, `INVALID_INPUT input.data.a${'.0'.repeat(9)}`],
    ['too large a number', '{ a: { b: 9007199254740993 } }', 'INVALID_INPUT input.data.a.b'],
    ['an endless one', '{ a: 1e400 }', 'INVALID_INPUT input.data.a'],
    ['too many', `{ a: [${'1 '.repeat(2_100)}] }`, 'INVALID_INPUT input.data'],
    ['far too many', `{ a: [${'1 '.repeat(10_000)}] }`, 'BAD_USER_INPUT'],
    ['a time', '{ a: $time }', 'INVALID_INPUT input.data.a'],
  ])('is refused if the document has %s in it', async (_what, literal, refused) => {
    const [ann] = await chat.people('ann');
    const time = literal.includes('$time') ? { time: '2026-01-01T00:00:00Z' } : {};
    const declared = literal.includes('$time') ? ', $time: DateTime' : '';
    const { data, errors } = await sendLiteral(ann, await chat.group(ann), literal, time, declared);
    const [first, ...others] = refusals(errors ?? data?.sendMessage.errors);
    expect(others).toEqual([]);
    expect(first).toMatch(refused);
  });

  // The inputs are texts: neither the parser nor the JSON of the test could make such depths.
  it.each([
    ['in the document', 4_900, 0],
    ['in the document, as far as that can be read', 1_000, 0],
    ['in a variable', 0, 100_000],
    ['in a variable, as far as it could be written again', 0, 2_000],
  ])('is refused if it is thousands of levels deep %s', async (_what, written, given) => {
    const [ann] = await chat.people('ann');
    const of = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const input = `conversationId: "${await chat.group(ann)}", clientMessageId: "${randomUUID()}", text: ""`;
    const [declared, literal] = written > 0 ? ['', `{ a: ${of(written)} }`] : ['($data: JSONObject)', '$data'];
    const query = `mutation ${declared} { sendMessage(input: { ${input}, data: ${literal} }) { errors { code field } } }`;
    const response = await fetch(`${chat.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ann.token}` },
      body: `{"query":${JSON.stringify(query)},"variables":{"data":{"a":${of(given)}}}}`,
    });
    const { data, errors } = (await response.json()) as Pick<Awaited<ReturnType<typeof sendLiteral>>, 'data' | 'errors'>;
    const [first, ...others] = refusals(errors ?? data?.sendMessage.errors);
    expect(others).toEqual([]);
    expect(first).toMatch(/^(INVALID_INPUT input\.data(\.a(\.0){9})?|BAD_USER_INPUT)$/);
  });

  it('distinguishes a retry from another message, whatever the order of its keys', async () => {
    const [ann] = await chat.people('ann');
    const group = await chat.group(ann);
    const clientMessageId = randomUUID();
    const first = await send(ann, group, { a: 1, b: 2 }, { clientMessageId });
    expect(await send(ann, group, { b: 2, a: 1 }, { clientMessageId })).toEqual(first);
    expect(refusals((await send(ann, group, { a: 1, b: 3 }, { clientMessageId })).errors)).toEqual(['CONFLICT input.clientMessageId']);
  });
});
