import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { getIntrospectionQuery, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSizeRule } from '../../gateway/limits.ts';
import { schema } from '../../schema/index.ts';
import { cpuMsOf, heldBytes } from '../support/bound.ts';
import { post, postInPieces } from './http.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ MAX_BODY_BYTES: '100000', MAX_DEPTH: '5' });
});
afterAll(() => lab[Symbol.asyncDispose]());

function nested(levels: number): string {
  return `{ ${'self { '.repeat(levels - 1)} hello ${'}'.repeat(levels - 1)} }`;
}

async function codeOf(query: string): Promise<unknown> {
  const { errors } = await post(lab.node.url, query);
  return errors?.[0]?.extensions?.['code'];
}

describe('a document', () => {
  test('can be as deep as MAX_DEPTH, and no deeper', async () => {
    expect(await codeOf(nested(5))).toBeUndefined();
    expect(await codeOf(nested(6))).toBe('BAD_USER_INPUT');
  });

  test('counts the depth of its fragments', async () => {
    const fragments = 'fragment A on Query { self { ...B } } fragment B on Query { self { ... on Query { self { self { hello } } } } }';
    expect(await codeOf(`{ self { ...A } } ${fragments}`)).toBe('BAD_USER_INPUT');
    expect(await codeOf(`{ ...A } ${fragments}`)).toBeUndefined();
  });

  test('with fragments that spread each other is refused, and not followed', async () => {
    expect(await codeOf('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A hello }')).toBe('BAD_USER_INPUT');
  });

  test('that expands to thousands of fields is refused before anything runs', async () => {
    const levels = Array.from({ length: 16 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ... on Query { ...F${n + 1} } }`);
    const query = `{ ...F0 } ${levels.join(' ')} fragment F16 on Query { hello number }`;
    expect(await cpuMsOf(async () => expect(await codeOf(query)).toBe('BAD_USER_INPUT'))).toBeLessThan(2_000);
  });

  test('can have 200 aliases, and no more', async () => {
    const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: hello`).join(' ')} }`;
    expect(await codeOf(aliases(200))).toBeUndefined();
    expect(await codeOf(aliases(201))).toBe('BAD_USER_INPUT');
  });

  test('of a subscription can have 25 aliases, and no more', async () => {
    const aliases = (count: number) =>
      `subscription { events { ... on LogEvent { ${Array.from({ length: count }, (_, n) => `a${n}: seq`).join(' ')} } } }`;
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    expect(faults(aliases(25))).toEqual([]);
    expect(faults(aliases(26))).toEqual([expect.stringContaining('25 aliases')]);
    const attached = (count: number) => {
      const lists = Array.from({ length: count }, (_, n) => `a${n}: attachments { url }`).join(' ');
      return `subscription { events { ... on MessageSent { messageEdge { node { ${lists} } } } } }`;
    };
    expect(faults(attached(2))).toEqual([]);
    expect(faults(attached(3))).toEqual([expect.stringContaining('25 aliases')]);
  });

  test('of a subscription can read 250 pages with one event, and no more', () => {
    const pages = (inner: number, outer: number) =>
      `subscription { events { ... on MessageSent { conversation { messages(last: ${outer}) { edges { node { conversation {
        ${Array.from({ length: inner }, (_, n) => `a${n}: pins(first: 1) { pageInfo { endCursor } }`).join(' ')} } } } } } } } }`;
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    expect(faults(pages(3, 83))).toEqual([]);
    expect(faults(pages(3, 84))).toEqual([expect.stringContaining('may read 253 pages with one event, and 250 are allowed')]);
    expect(
      faults(pages(25, 100).replace('subscription { events { ... on MessageSent', 'query { n: node(id: "x") { ... on Message')),
    ).toEqual([]);
  });

  test('can repeat a list that has no pages under 20 other names, and no more', () => {
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    for (const list of ['attachments { url }', 'mentions { id }', 'reactions { emoji }', 'poll { options { text } }']) {
      const lists = (count: number) => Array.from({ length: count }, (_, n) => list.replace(/\w+ \{ \w+ \}/, `a${n}: $&`)).join(' ');
      expect(faults(`{ node(id: "a") { ... on Message { ${lists(20)} } } }`)).toEqual([]);
      expect(faults(`{ node(id: "a") { ... on Message { ${lists(21)} } } }`)).toEqual([expect.stringContaining('200 aliases')]);
    }
  });

  test('can have 25 mutations and 4,000 fields, and no more, with its fragments', () => {
    const acts = (count: number, from = 0) =>
      Array.from({ length: count }, (_, n) => `a${from + n}: signOut { errors { code } }`).join(' ');
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    expect(faults(`mutation { ${acts(25)} }`)).toEqual([]);
    expect(faults(`mutation { ${acts(26)} }`)).toEqual([expect.stringContaining('26 mutations, and 25 are allowed')]);
    const byFragment = `mutation { ${acts(20)} ...More ... { ${acts(1, 40)} } } fragment More on Mutation { ${acts(5, 20)} }`;
    expect(faults(byFragment)).toEqual([expect.stringContaining('26 mutations')]);
    const query = `{ ${Array.from({ length: 4_001 }, () => '__typename').join(' ')} }`;
    expect(faults(query)).toEqual([expect.stringContaining('more than 4000 fields')]);
  });

  test('can list threads four times, and count the unread ones without a limit', () => {
    const lists = (count: number) =>
      Array.from({ length: count }, (_, n) => `a${n}: threads(first: 1, after: "${n}") { pageInfo { hasNextPage } }`).join(' ');
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    expect(faults(`{ viewer { ${lists(4)} a: unread { threads } b: unread { threads } } }`)).toEqual([]);
    expect(faults(`{ viewer { ${lists(5)} } }`)).toEqual([expect.stringContaining('5 lists of threads, and 4 are allowed')]);
  });

  test('can search messages four times, under any names and in any fragments', () => {
    const searches = (count: number, from = 0) =>
      Array.from({ length: count }, (_, n) => `a${from + n}: messages(search: "a") { pageInfo { hasNextPage } }`).join(' ');
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    expect(faults(`{ ${searches(4)} }`)).toEqual([]);
    expect(faults(`{ ${searches(5)} }`)).toEqual([expect.stringContaining('5 searches for messages, and 4 are allowed')]);
    const byFragment = `{ ${searches(2)} ...More ... { ${searches(1, 9)} } } fragment More on Query { ${searches(2, 5)} }`;
    expect(faults(byFragment)).toEqual([expect.stringContaining('5 searches')]);
    const pages = Array.from({ length: 9 }, (_, n) => `a${n}: messages(last: 2) { edges { cursor } }`).join(' ');
    expect(faults(`{ conversation(id: "x") { ${pages} } }`)).toEqual([]);
  });

  test('can have up to 100,000 characters, including comments', async () => {
    const long = (length: number) => '{ hello } #'.padEnd(length, '#');
    expect(await codeOf(long(90_000))).toBeUndefined();
    await using wide = await openLab({});
    const { errors } = await post(wide.node.url, long(100_001));
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('100000'), extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('can nest pages, but not for a million nodes', () => {
    const inner = (page: string) => `conversation { ${page} { edges { node { id } } } }`;
    const outer = (page: string, below: string) =>
      `{ viewer { conversations { edges { node { ${page} { edges { node { ${below} } } } } } } } }`;
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    const refused = [expect.stringContaining('pages within pages')];
    expect(faults(outer('messages', 'id text sentAt sender { id handle displayName }'))).toEqual([]);
    expect(faults(outer('messages(last: 100)', 'id'))).toEqual([]);
    expect(faults(outer('messages(last: 1)', inner('messages(first: 20)')))).toEqual([]);
    for (const page of ['messages', 'messages(last: 100)', 'messages(last: null)', 'messages(around: 3)', 'messages(first: $n)']) {
      expect(faults(outer(page, inner(page)))).toEqual(refused);
    }
    // A page is read even if only its flags or its count are selected.
    const lists = (count: number, list: string) => Array.from({ length: count }, (_, n) => `a${n}: ${list}`).join(' ');
    for (const list of ['messages { pageInfo { hasNextPage } }', 'members { totalCount totalCount }']) {
      const many = (count: number) => `{ viewer { conversations(first: 100) { edges { node { ${lists(count, list)} } } } } }`;
      expect(faults(many(9))).toEqual([]);
      expect(faults(many(11))).toEqual(refused);
    }
    // A page around a place is two pages.
    expect(faults(outer('messages', 'id '.repeat(25)))).toEqual([]);
    for (const place of ['around: 3', 'aroundId: "a"', 'aroundDate: "2026-02-03T04:05:06Z"']) {
      expect(faults(outer(`messages(${place})`, 'id '.repeat(25)))).toEqual(refused);
    }
    expect(faults(`${outer('messages', '...Below')} fragment Below on Message { ${inner('messages')} }`)).toEqual(refused);
    const page = 'messages { edges { node { conversation { messages { edges { node { id } } } } } } }';
    expect(faults(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Group { ${page} } } }`)).toEqual(refused);
    expect(faults(`{ nodes(ids: ["a", "b"]) { ... on Group { ${page} } } }`)).toEqual([]);
    const users = (given: string) => `presence(userIds: ${given}) { user { viewerDirectConversation { ${page} } } }`;
    expect(faults(`query ($ids: [ID!]!) { ${users('$ids')} }`)).toEqual(refused);
    expect(faults(`{ ${users(JSON.stringify(Array(100).fill('a')))} }`)).toEqual(refused);
    expect(faults(`{ ${users('["a", "b"]')} }`)).toEqual([]);
    // Lists without pages count if there are pages below them.
    const mentions = (below: string) =>
      `{ viewer { conversations(first: 10) { edges { node { messages(last: 50) { edges { node { mentions { ${below} } } } } } } } } }`;
    expect(faults(mentions('id handle displayName avatarUrl'))).toEqual([]);
    expect(faults(mentions('viewerDirectConversation { id messages(last: 20) { edges { node { id text } } } }'))).toEqual(refused);
  });

  test('can request the positions of the viewer beside fifty pages of messages, and not again and again', () => {
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    const refused = [expect.stringContaining('too many entries')];
    const positions = 'positions { streamId seq epoch }';
    const pages = 'conversations { edges { node { messages { edges { node { id text replyTo { text } sender { id handle } } } } } } }';
    expect(faults(`{ viewer { ${positions} ${pages} } }`)).toEqual([]);
    expect(
      faults(`subscription { events { ... on StreamReady { ${positions} } ... on ViewerChanged { viewer { ${positions} } } } }`),
    ).toEqual([]);
    const viewers = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: viewer { ${positions} }`).join(' ')} }`;
    expect(faults(viewers(30))).toEqual([]);
    expect(faults(viewers(40))).toEqual(refused);
    expect(faults(`{ viewer { events(afterSeq: 0) { edges { node { ... on ViewerChanged { viewer { ${positions} } } } } } } }`)).toEqual(
      refused,
    );
  });

  test('can request the texts and data of fifty pages of messages, and not several times over', () => {
    const conversations = (fields: string) =>
      `{ viewer { conversations { edges { node { messages { edges { node { ${fields} } } } } } } } }`;
    const nodes = (fields: string) =>
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Group { messages { edges { node { ${fields} } } } } } }`;
    const faults = (query: string) => validate(schema, parse(query), [createSizeRule(20)]).map(({ message }) => message);
    const refused = [expect.stringContaining('pages within pages')];
    expect(faults(conversations('text again: text replyTo { text } id id id'))).toEqual([]);
    expect(faults(conversations('a: text b: text c: text d: text'))).toEqual(refused);
    expect(faults(conversations('text a: sentAt b: sentAt c: sentAt'))).toEqual(refused);
    expect(faults(conversations('text data id id'))).toEqual([]);
    expect(faults(conversations('text data replyTo { text data }'))).toEqual(refused);
    // A client can name one conversation again and again.
    expect(faults(nodes('text id id id'))).toEqual([]);
    expect(faults(nodes('text again: text'))).toEqual(refused);
  });

  test('can nest fragments 150 levels deep, and not 250', async () => {
    const fragments = (count: number) => `{ ${'... { '.repeat(count)} hello ${'}'.repeat(count)} }`;
    expect(await codeOf(fragments(150))).toBeUndefined();
    expect(await codeOf(fragments(250))).toBe('BAD_USER_INPUT');
  });

  test('that is beyond what parsing or validation can handle is a client error, and no error of ours', async () => {
    const refused = { extensions: { code: 'BAD_USER_INPUT' } };
    // The depth at which the stack ends depends on what has run before.
    for (const levels of [500, 1_000, 2_000, 3_000]) {
      const deep = `{ ${'... { '.repeat(levels)} hello ${'}'.repeat(levels)} }`;
      expect((await post(lab.node.url, deep)).errors).toMatchObject([
        { ...refused, message: expect.stringMatching(/nested (too deeply|\d+ levels deep with its fragments)/) },
      ]);
    }
    expect((await post(lab.node.url, `{ ${'hello '.repeat(3_900)} }`)).errors).toMatchObject([refused]);
    const { errors } = await post(lab.node.url, `{ ${'nope '.repeat(150)} }`);
    expect(errors?.filter((error) => error.extensions?.['code'] !== 'BAD_USER_INPUT')).toEqual([]);
    expect(lab.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('of too many tokens is not parsed', async () => {
    const { errors } = await post(lab.node.url, `{ ${'hello '.repeat(10_001)} }`);
    expect(errors).toMatchObject([{ message: expect.stringContaining('10000 tokens'), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('a subscription', () => {
  test('to a root field with @skip or @include is refused', async () => {
    for (const root of ['endless @skip(if: true)', 'endless @include(if: false)', '... @skip(if: true) { endless }', '...A']) {
      const fragment = root === '...A' ? ' fragment A on Subscription { endless @skip(if: true) }' : '';
      expect(await codeOf(`subscription { ${root} }${fragment}`)).toBe('BAD_USER_INPUT');
    }
    const { errors } = await post(lab.node.url, 'subscription ($pause: Boolean!) { endless @skip(if: $pause) }', {}, { pause: false });
    expect(errors).toMatchObject([{ message: expect.stringContaining('root field'), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('introspection', () => {
  test('is answered by default, despite the depth of its query', async () => {
    const { data, errors } = await post(lab.node.url, getIntrospectionQuery());
    expect(errors).toBeUndefined();
    expect(data.__schema.queryType.name).toBe('Query');
  });

  test('cannot run in circles', async () => {
    const inner = '{ name fields { type { fields { type { fields { type { fields { name } } } } } } } }';
    expect(await codeOf(`{ __schema { types ${inner} } }`)).toBe('BAD_USER_INPUT');
  });

  test('can have ten aliases, and no more', async () => {
    const aliases = (count: number) => `{ __schema { types { ${Array.from({ length: count }, (_, n) => `a${n}: name`).join(' ')} } } }`;
    expect(await codeOf(aliases(10))).toBeUndefined();
    expect(await codeOf(aliases(11))).toBe('BAD_USER_INPUT');
  });

  test('is refused if INTROSPECTION is off, and __typename is not', async () => {
    await using own = await openLab({ INTROSPECTION: 'false' });
    const { errors } = await post(own.node.url, '{ __schema { queryType { name } } }');
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(await post(own.node.url, '{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
  });
});

function inPiece(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

const head = 'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n';

/** Sends the first part of a request, the second part once a response has come, and then another request. Returns the statuses of both. */
async function inTurn(before: readonly string[], after: readonly string[]): Promise<readonly (string | undefined)[]> {
  const socket = connect(Number(new URL(lab.node.url).port), '127.0.0.1').setEncoding('latin1');
  const answers: AsyncIterator<string> = socket.iterator();
  async function status(): Promise<string | undefined> {
    for (;;) {
      const { value } = await answers.next();
      const found = /^HTTP\/1.1 (\d+)/m.exec(value)?.[1];
      if (found !== undefined) return found;
    }
  }
  socket.write(head + before.join(''));
  const first = await status();
  const next = '{"query":"{ hello }"}';
  socket.write(`${after.join('')}${head}content-length: ${next.length}\r\n\r\n${next}`);
  const second = await status();
  socket.destroy();
  return [first, second];
}

describe('a body that breaks off', () => {
  test.each([
    'transfer-encoding: chunked\r\n\r\n5\r\n{"que\r\n',
    'content-length: 100\r\n\r\n{"que',
  ])('is logged as no error: %j', async (begun) => {
    const own = await openLab({ LOG_LEVEL: 'debug' });
    const socket = connect(Number(new URL(own.node.url).port), '127.0.0.1');
    socket.write(head + begun, () => socket.resetAndDestroy());
    await expect.poll(() => own.log.filter(({ msg }) => msg === 'request answered')).toHaveLength(1);
    await own[Symbol.asyncDispose]();
    expect(own.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a body over the limit', () => {
  const pieces = ['{"query":"{ hello }","extensions":{"x":"', ...Array.from({ length: 12 }, () => 'x'.repeat(10_000)), '"}}'];

  test('is refused with 413 and a typed error', async () => {
    const response = await fetch(`${lab.node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: pieces.join(''),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('is refused without a content-length too', async () => {
    const { status, body } = await postInPieces(lab.node.url, pieces);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('does not block the connection for the next request, with or without content-length', async () => {
    const body = pieces.join('');
    // The end comes after the refusal.
    const untold = await inTurn(['transfer-encoding: chunked\r\n\r\n', ...pieces.map(inPiece)], [...pieces.map(inPiece), '0\r\n\r\n']);
    const told = await inTurn([`content-length: ${body.length}\r\n\r\n`], [body]);
    expect([untold, told]).toEqual([
      ['413', '200'],
      ['413', '200'],
    ]);
  });

  test('is not one that comes in pieces and is within the limit', async () => {
    const { status, body } = await postInPieces(lab.node.url, ['{"query":', '"{ hello }"', '}']);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ data: { hello: 'world' } });
  });

  test('is not held piece by piece while it comes', async () => {
    await using wide = await openLab({});
    const socket = connect(Number(new URL(wide.node.url).port), '127.0.0.1');
    const before = heldBytes();
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n${inPiece(' ').repeat(100_000)}`);
    // The node answers when it has all pieces.
    socket.write(`${inPiece('{}')}0\r\n\r\n`);
    let most = 0;
    const [answer] = await Promise.all([once(socket, 'data'), measure()]);
    async function measure(): Promise<void> {
      while (socket.bytesRead === 0) {
        most = Math.max(most, heldBytes() - before);
        await setImmediate();
      }
    }
    expect(String(answer)).toContain('400');
    expect(most).toBeLessThan(10_000_000);
    socket.destroy();
  });

  test('leaves the node working', async () => {
    expect(await post(lab.node.url, '{ hello }')).toMatchObject({ data: { hello: 'world' } });
  });
});
