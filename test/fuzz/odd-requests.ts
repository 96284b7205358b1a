import { once } from 'node:events';
import WebSocket from 'ws';
import { closes } from '../../gateway/close-codes.ts';
import type { Chance } from './chance.ts';
import { faultsOfErrors, type Result } from './judge.ts';
import { oddTexts } from './odd.ts';

// Odd requests and frames around an operation, rather than odd operations.

/** The node's URL, and the sender's token. */
export interface Asked {
  readonly url: string;
  readonly token: string;
}

const { bug, ...known } = closes;
const closeCodes: ReadonlySet<number> = new Set([...Object.values(known).map(({ code }) => code), 1000, 1005]);
// Far longer than any request takes, also on a busy machine.
const patienceMs = 30_000;

const oddValues: readonly unknown[] = [
  null,
  0,
  -1,
  true,
  '',
  [],
  {},
  [null],
  { a: { b: [] } },
  'x'.repeat(3_000),
  ...oddTexts.slice(0, 12),
];
const queries = [
  '{ __typename }',
  '{ viewer { user { id } } }',
  'query A { __typename } query B { __typename }',
  'mutation { nothing }',
  'subscription { events { at } }',
  '{',
  '{ ...F }',
];
const deep = (n: number, open: string, end: string) => `${open.repeat(n)}${end.repeat(n)}`;
// Deeper than the call stack.
const deepQueries = [
  `{ node(id: ${deep(4_000, '[', ']')}) { id } }`,
  `{ node(id: ${deep(2_000, '{a:', '}')}) { id } }`,
  deep(3_000, '{ viewer ', '}'),
];
const deepBodies = [
  `{"query":"query ($a: ID!) { node(id: $a) { id } }","variables":{"a":${deep(20_000, '[', ']')}}}`,
  `{"query":"query ($a: [ID!]!) { nodes(ids: $a) { id } }","variables":{"a":${deep(20_000, '[', ']')}}}`,
  `{"query":"mutation ($a: SendMessageInput!) { sendMessage(input: $a) { __typename } }","variables":{"a":${deep(5_000, '{"a":', '1').replace(/1+$/, '1')}${'}'.repeat(5_000)}}}`,
  `{"query":"{ __typename }","extensions":${deep(20_000, '[', ']')}}`,
  deep(20_000, '[', ']'),
];
const mediaTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/graphql',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  '',
];
const accepts = ['application/json', 'application/graphql-response+json', 'text/event-stream', 'multipart/mixed', 'image/png', '*/*', ''];

/** What was sent, and the faults of the response. */
export interface Exchange {
  readonly sent: string;
  readonly faults: readonly string[];
}

/** Sends one odd HTTP request. */
export async function askOddly({ url, token }: Asked, chance: Chance): Promise<Exchange> {
  const envelope = oddEnvelope(chance);
  const isGet = chance.odds(0.25);
  const headers = oddHeaders(token, chance);
  const { accept } = headers;
  const parameters = new URLSearchParams(
    Object.entries(envelope).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  const body = chance.odds(0.05) ? chance.one(deepBodies) : oddText(envelope, chance);
  const type = chance.odds(0.6) ? 'application/json' : chance.one(mediaTypes);
  const signal = AbortSignal.timeout(patienceMs);
  const sent = `${isGet ? `GET ?${parameters}` : `POST ${type} ${body}`} accept: ${accept}`;
  const asking = isGet
    ? fetch(`${url}/graphql?${parameters}`, { headers, signal })
    : fetch(`${url}/graphql`, { method: 'POST', headers: { ...headers, 'content-type': type }, body, signal });
  try {
    return { sent, faults: await faultsOfResponse(await asking) };
  } catch (error) {
    return { sent, faults: [`no answer: ${(error as Error).cause ?? error}`] };
  }
}

async function faultsOfResponse(response: Response): Promise<readonly string[]> {
  if (/^(text\/event-stream|multipart)/.test(response.headers.get('content-type') ?? '')) {
    // The stream may never end.
    await response.body?.cancel();
    return response.status < 500 ? [] : [`${response.status} of a stream`];
  }
  return faultsOfAnswer(response.status, await response.text());
}

function oddEnvelope(chance: Chance): Readonly<Record<string, unknown>> {
  const part = (usual: unknown) => (chance.odds(0.5) ? usual : chance.one(oddValues));
  const persistedQuery = part({ version: part(1), sha256Hash: part('0'.repeat(64)) });
  const whole = {
    query: part(chance.odds(0.1) ? chance.one(deepQueries) : chance.one(queries)),
    variables: part({}),
    operationName: part('A'),
    extensions: part({ persistedQuery }),
  };
  return Object.fromEntries(chance.some(Object.entries(whole), 0.7));
}

function oddText(envelope: object, chance: Chance): string {
  const text = JSON.stringify(chance.odds(0.1) ? [envelope, envelope] : envelope);
  return chance.odds(0.15) ? text.slice(0, chance.whole(0, text.length)) : text;
}

function oddHeaders(token: string, chance: Chance): { readonly accept: string; readonly authorization?: string } {
  const authorization = chance.odds(0.8) ? `Bearer ${token}` : chance.one(['Bearer', 'Basic YTpi', 'Bearer a.b.c', token]);
  return { accept: chance.one(accepts), ...(chance.odds(0.9) && { authorization }) };
}

function faultsOfAnswer(status: number, text: string): readonly string[] {
  if (status >= 500 && !text.includes('"UNAVAILABLE"')) return [`answered ${status}: ${text.slice(0, 300)}`];
  if (!text.startsWith('{') && !text.startsWith('[')) return [];
  const answers = [JSON.parse(text) as Result | readonly Result[]].flat();
  return answers.flatMap(({ errors = [] }) => faultsOfErrors(errors));
}

/** Opens a socket and sends invalid messages, or valid ones at the wrong time. */
export async function speakOddly(
  { url, token }: Asked,
  chance: Chance,
): Promise<{ readonly sent: string; readonly faults: readonly string[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const ended = new Promise<number>((resolve) => void socket.on('close', resolve).on('error', () => resolve(1006)));
  const faults: string[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { readonly type: string; readonly payload?: Result | Result['errors'] };
    const payload = message.payload ?? {};
    if (message.type === 'error' && Array.isArray(payload)) faults.push(...faultsOfErrors(payload));
    if (message.type === 'next' && 'errors' in payload) faults.push(...faultsOfErrors(payload.errors ?? []));
  });
  await Promise.race([once(socket, 'open'), ended]);
  const sent: string[] = [];
  for (let n = chance.whole(1, 8); n > 0 && socket.readyState === WebSocket.OPEN; n--) {
    const text = oddMessage(token, chance, n);
    sent.push(text);
    socket.send(text);
    if (chance.odds(0.4)) await Promise.race([once(socket, 'message', { signal: AbortSignal.timeout(200) }).catch(() => undefined), ended]);
  }
  socket.close(1000);
  const code = await ended;
  if (!closeCodes.has(code)) faults.push(`closed with ${code}${code === bug.code ? ', a bug' : ''}`);
  return { sent: sent.join('\n'), faults };
}

function oddMessage(token: string, chance: Chance, left: number): string {
  const init = { type: 'connection_init', payload: chance.odds(0.8) ? { authorization: `Bearer ${token}` } : chance.one(oddValues) };
  const payload = {
    query: chance.odds(0.8) ? chance.one(queries) : chance.one(oddValues),
    ...(chance.odds(0.3) && { variables: chance.one(oddValues) }),
    ...(chance.odds(0.3) && { operationName: chance.one(oddValues) }),
    ...(chance.odds(0.3) && { extensions: chance.one(oddValues) }),
  };
  const subscribe = { id: chance.odds(0.9) ? chance.one(['1', '2', '3']) : chance.one(oddValues), type: 'subscribe', payload };
  if (left > 4 && chance.odds(0.7)) return JSON.stringify(init);
  const message = chance.one<unknown>([
    init,
    subscribe,
    subscribe,
    subscribe,
    { id: chance.one(['1', '2', 'none']), type: 'complete' },
    { type: 'ping', payload: chance.one(oddValues) },
    { type: 'pong' },
    { type: chance.one(oddValues) },
    { ...subscribe, payload: chance.one(oddValues) },
  ]);
  const text = JSON.stringify(message);
  if (chance.odds(0.03)) return `{"id":"1","type":"subscribe","payload":${chance.one(deepBodies)}}`;
  return chance.odds(0.05) ? text.slice(0, -2) : text;
}
