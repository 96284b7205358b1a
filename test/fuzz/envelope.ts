import { once } from 'node:events';
import WebSocket from 'ws';
import { closes } from '../../gateway/close-codes.ts';
import type { Chance } from './chance.ts';
import { faultsOfErrors, type Result } from './judge.ts';
import { oddTexts } from './odd.ts';

// What is wrong around an operation, and not in it.

/** Where a node is asked, and by whom. */
export interface Asked {
  readonly url: string;
  readonly token: string;
}

const { bug, ...known } = closes;
const closeCodes: ReadonlySet<number> = new Set([...Object.values(known).map(({ code }) => code), 1000, 1005]);
// Longer than a node waits for connection_init.
const patienceMs = 8_000;

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

/** Sends one HTTP request that is odd; answers what was sent, and what is wrong with how it was answered. */
export async function askOddly(
  { url, token }: Asked,
  chance: Chance,
): Promise<{ readonly sent: string; readonly faults: readonly string[] }> {
  const part = (usual: unknown) => (chance.odds(0.5) ? usual : chance.one(oddValues));
  const envelope: Record<string, unknown> = { query: part(chance.one(queries)) };
  if (chance.odds(0.5)) envelope['variables'] = part({});
  if (chance.odds(0.5)) envelope['operationName'] = part('A');
  if (chance.odds(0.5)) {
    const persistedQuery = part({ version: part(1), sha256Hash: part('0'.repeat(64)) });
    envelope['extensions'] = part({ persistedQuery });
  }
  if (chance.odds(0.1)) delete envelope['query'];
  const text = JSON.stringify(chance.odds(0.1) ? [envelope, envelope] : envelope);
  const body = chance.odds(0.15) ? text.slice(0, chance.whole(0, text.length)) : text;
  const isGet = chance.odds(0.25);
  const parameters = new URLSearchParams(
    Object.entries(envelope).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  const headers = {
    accept: chance.one(accepts),
    ...(chance.odds(0.9) && {
      authorization: chance.odds(0.8) ? `Bearer ${token}` : chance.one(['Bearer', 'Basic YTpi', 'Bearer a.b.c', token]),
    }),
    ...(!isGet && { 'content-type': chance.odds(0.6) ? 'application/json' : chance.one(mediaTypes) }),
  };
  const sent = `${isGet ? `GET ?${parameters}` : `POST ${body}`} ${JSON.stringify({ ...headers, authorization: undefined })}`;
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(isGet ? `${url}/graphql?${parameters}` : `${url}/graphql`, {
    method: isGet ? 'GET' : 'POST',
    headers,
    signal,
    ...(!isGet && { body }),
  });
  if (/^(text\/event-stream|multipart)/.test(response.headers.get('content-type') ?? '')) {
    // It may go on for ever.
    await response.body?.cancel();
    return { sent, faults: response.status < 500 ? [] : [`${response.status} of a stream`] };
  }
  return { sent, faults: faultsOfAnswer(response.status, await response.text()) };
}

function faultsOfAnswer(status: number, text: string): readonly string[] {
  if (status >= 500) return [`answered ${status}: ${text.slice(0, 300)}`];
  if (!text.startsWith('{') && !text.startsWith('[')) return [];
  const answers = [JSON.parse(text) as Result | readonly Result[]].flat();
  return answers.flatMap(({ errors = [] }) => faultsOfErrors(errors));
}

/** Opens a socket and sends what it should not, or not then; answers what was sent, and what is wrong with what came back. */
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
  return chance.odds(0.05) ? text.slice(0, -2) : text;
}
