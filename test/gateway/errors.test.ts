import { parse, subscribe } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../gateway/errors.ts';
import { schema } from '../../schema/index.ts';
import { post, subscribeOverHttp } from './http.ts';
import { type Lab, openLab } from './lab.ts';
import { openRaw } from './raw-socket.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const spec = { accept: 'application/graphql-response+json' };

/** The errors of an operation, which must be the same over HTTP and over a socket. */
async function errorsOf(query: string, variables: Readonly<Record<string, unknown>> = {}) {
  const { errors = [] } = await post(lab.node.url, query, {}, variables);
  const socket = await openRaw(lab.node.url);
  await socket.init();
  socket.subscribe('1', query, variables);
  const { type, payload } = await socket.next();
  socket.close();
  const overSocket = type === 'error' ? payload : payload.errors;
  expect(withoutIds(overSocket)).toEqual(withoutIds(errors));
  return errors;
}

function withoutIds(errors: readonly { readonly message: string; readonly extensions?: object }[]) {
  return errors.map(({ message, extensions }) => ({ message, extensions: { ...extensions, requestId: undefined } }));
}

describe('the errors that clients get', () => {
  test.each(['bug', 'bareError', 'nullAgainstTheSchema'])('a bug is INTERNAL, and its text is only in the log: %s', async (field) => {
    const id = `bug-${field}`;
    const answer = await post(lab.node.url, `{ ${field} }`, { 'x-request-id': id });
    expect(answer.status).toBe(200);
    expect(answer.errors).toMatchObject([{ path: [field], extensions: { code: 'INTERNAL', requestId: id } }]);
    expect(JSON.stringify(answer)).not.toContain('secret');
    const line = lab.log.find(({ requestId, level }) => requestId === id && level === 'error');
    expect(JSON.stringify(line)).toMatch(/secret|Cannot return null/);
    expect(await errorsOf(`{ ${field} }`)).toHaveLength(1);
  });

  test('a temporary refusal is UNAVAILABLE and retryable', async () => {
    expect(await errorsOf('{ unavailable }')).toMatchObject([
      { message: 'Try again.', extensions: { code: 'UNAVAILABLE', retryable: true } },
    ]);
  });

  test('a field that needs a viewer is UNAUTHENTICATED, and the rest of the response stays', async () => {
    const answer = await post(lab.node.url, '{ hello signedOut }', spec);
    expect(answer).toMatchObject({ status: 200, data: { hello: 'world', signedOut: null } });
    expect(answer.errors).toMatchObject([{ path: ['signedOut'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('a limit says when to retry', async () => {
    expect(await errorsOf('{ limited }')).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: 1_500 } }]);
  });

  test.each([
    ['a document that does not parse', '{ hello', {}],
    ['a document that does not fit the schema', '{ helo }', {}],
    ['a variable that is missing', 'query ($n: Int!) { number(n: $n) }', {}],
    ['a variable of the wrong type', 'query ($n: Int!) { number(n: $n) }', { n: 'x' }],
    ['an argument of the wrong type', '{ number(n: "x") }', {}],
    ['a null where there may be none', 'query ($n: Int) { number(n: $n) }', { n: null }],
  ])('an error of the request is BAD_USER_INPUT and says what is wrong: %s', async (_name, query, variables) => {
    const errors = await errorsOf(query, variables);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }]);
    expect(errors[0]?.message).not.toContain('went wrong on the server');
  });

  test('more errors in the variables of a subscription than are told are the fault of the request too', async () => {
    const document = parse('subscription ($after: [PositionInput!]) { events(after: $after) { at } }');
    const result = await subscribe({ schema, document, variableValues: { after: Array(60).fill({}) } });
    const errors = 'errors' in result ? (result.errors ?? []) : [];
    expect(errors.at(-1)?.message).toContain('Too many errors');
    expect(new Set(errors.map(codeOf))).toEqual(new Set(['BAD_USER_INPUT']));
  });

  test('a document is refused with the same message when it is sent again', async () => {
    const ask = () => errorsOf('{ hello, absentTwice }');
    expect(await ask()).toEqual(await ask());
  });
});

describe('over HTTP', () => {
  test.each([
    ['{ absent }', 400],
    ['{ hello', 400],
  ])('a response without data has an error status if the media type allows it: %s', async (query, status) => {
    expect(await post(lab.node.url, query, spec)).toMatchObject({ status });
    expect(await post(lab.node.url, query, { accept: 'application/json' })).toMatchObject({ status: 200 });
  });

  test('a bad token is UNAUTHENTICATED with status 401, and runs nothing', async () => {
    const answer = await post(lab.node.url, '{ hello }', { ...spec, authorization: 'Bearer nonsense' });
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(answer.data).toBeUndefined();
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    'nonsense',
    'Basic dXNlcjpwYXNz',
    'Bearer',
    'Bearer a b',
  ])('an authorization header without a bearer token is UNAUTHENTICATED: %s', async (authorization) => {
    const { status, errors } = await post(lab.node.url, '{ hello }', { authorization });
    expect(status).toBe(200);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('a batch is refused', async () => {
    const response = await fetch(`${lab.node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{ hello }"}]',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('a query can be sent by GET, and a mutation cannot', async () => {
    const get = (query: string) => fetch(`${lab.node.url}/graphql?query=${encodeURIComponent(query)}`);
    expect(await (await get('{ hello }')).json()).toEqual({ data: { hello: 'world' } });
    const mutation = await get('mutation { act }');
    expect(mutation.status).toBe(405);
    expect(await mutation.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('a multipart form runs nothing', async () => {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: 'mutation { act }' }));
    const response = await fetch(`${lab.node.url}/graphql`, { method: 'POST', body: form });
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('application/json'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('a URL-encoded form, which any page may post, runs nothing', async () => {
    const body = new URLSearchParams({ query: 'mutation { act }' });
    const response = await fetch(`${lab.node.url}/graphql`, { method: 'POST', body });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test.each(['variables', 'extensions'])('malformed %s by GET are a client error', async (name) => {
    const response = await fetch(`${lab.node.url}/graphql?${new URLSearchParams({ query: '{ hello }', [name]: '{' })}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining(name), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('variables by GET that nest thousands of levels deep are a client error, and no error of ours', async () => {
    // As many as fit into the 16 KiB that a URL and its headers may have.
    const deep = `${'['.repeat(7_500)}${']'.repeat(7_500)}`;
    const headers = { 'x-request-id': 'deep' };
    const response = await fetch(`${lab.node.url}/graphql?query={hello}&variables={"a":${deep}}`, { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('nest too deeply'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(lab.log.filter(({ requestId, level }) => requestId === 'deep' && level === 'error')).toEqual([]);
  });

  test('an unsupported media type is refused with the supported ones', async () => {
    const response = await fetch(`${lab.node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'image/png' },
      body: JSON.stringify({ query: '{ hello }' }),
    });
    expect(response.status).toBe(406);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('text/event-stream'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('a multipart request that is not precise enough is refused with the right media type, which then works for results and errors', async () => {
    const asked = (accept: string, query: string) =>
      fetch(`${lab.node.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
        signal: AbortSignal.timeout(5_000),
      });
    const told = (await (await asked('multipart/mixed', 'subscription { endless }')).json()) as { errors: [{ message: string }] };
    const [accept = ''] = /multipart\/mixed;.+json/.exec(told.errors[0].message) ?? [];
    const stream = await asked(accept, 'subscription { endless }');
    expect(stream.headers.get('content-type')).toMatch(/^multipart\/mixed/);
    await stream.body?.cancel();
    expect(await (await asked(accept, 'subscription { nothing }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });
});

describe('a subscription', () => {
  test.each([
    ['refusedAfterOne', { code: 'NOT_FOUND' }],
    ['bugAfterOne', { code: 'INTERNAL' }],
  ])('that fails midway ends with the error’s code: %s', async (field, extensions) => {
    const stream = await subscribeOverHttp(lab.node.url, `subscription { ${field} }`);
    expect(await stream.next()).toEqual({ data: { [field]: 1 } });
    const failed = await stream.next();
    expect(failed).toMatchObject({ errors: [{ extensions }] });
    expect(JSON.stringify(failed)).not.toContain('secret');
    expect(await stream.next()).toBeNull();
    const socket = await openRaw(lab.node.url);
    await socket.init();
    socket.subscribe('1', `subscription { ${field} }`);
    await socket.next();
    const { type, payload } = await socket.next();
    expect({ type, payload }).toMatchObject({ type: 'error', payload: [{ extensions }] });
    expect(JSON.stringify(payload)).not.toContain('secret');
  });

  test('that is refused at once gets the error', async () => {
    expect(await errorsOf('subscription { refusedAtOnce }')).toMatchObject([
      { message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

describe('the request id', () => {
  test('is taken from the client, passed to resolvers and sent back', async () => {
    const answer = await post(lab.node.url, '{ requestId }', { 'x-request-id': 'abc-1.2:3' });
    expect(answer.data).toEqual({ requestId: 'abc-1.2:3' });
    expect(answer.headers.get('x-request-id')).toBe('abc-1.2:3');
  });

  test.each(['', 'a b', 'x'.repeat(65), '<script>'])('is generated if the client sends an invalid one: %j', async (given) => {
    const answer = await post(lab.node.url, '{ requestId }', { 'x-request-id': given });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(answer.data.requestId).toBe(answer.headers.get('x-request-id'));
  });

  test('is different for each operation of a socket', async () => {
    const socket = await openRaw(lab.node.url, undefined, { 'x-request-id': 'socket-1' });
    await socket.init();
    const ids: string[] = [];
    for (const id of ['a', 'b']) {
      socket.subscribe(id, '{ requestId }');
      ids.push((await socket.next()).payload.data.requestId);
      await socket.next();
    }
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^socket-1\.\d+$/);
  });
});
