import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createClient } from 'graphql-ws';
import type { Logger } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createLogging } from '../../gateway/logger.ts';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Effect } from '../../src/worker/index.ts';
import { within } from '../support/bound.ts';
import { type Collector, type SentSpan, startCollector } from '../support/collector.ts';
import { DissolveGroupDocument, MeDocument, SearchMessagesDocument } from '../support/generated/graphql.ts';
import { embeddedStores } from '../support/stores.ts';
import { clientSpan, sending, sendWith } from '../support/traced.ts';
import { type Doings, password, peopleOf } from '../support/world.ts';
import { earOnSocket } from '../two-node/ear.ts';
import { openLab } from './lab.ts';

/** A node that sends its traces to this place, its users, and its log. */
interface Traced extends Doings, AsyncDisposable {
  readonly node: Node;
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

async function traced(env: Readonly<Record<string, string>>, effectsOf: (logger: Logger) => readonly Effect[] = () => []): Promise<Traced> {
  await using open = new AsyncDisposableStack();
  const stores = open.use(await embeddedStores());
  const usual = { PORT: '0', LOG_LEVEL: 'warn', ADMIN_PORT: 'off', OTEL_BSP_SCHEDULE_DELAY: '5', WORKER_POLL_MS: '10', JOB_POLL_MS: '10' };
  const config = readConfig({ ...usual, ...stores.env, ...env });
  const log: Readonly<Record<string, unknown>>[] = [];
  const logging = createLogging(config, { write: (line: string) => void log.push(JSON.parse(line)) });
  const node = open.use(await createNode(config, { logging, effects: effectsOf(logging.logger) }));
  const held = open.move();
  return { node, log, ...peopleOf(() => node.url), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** An app that allows every message and accepts every event, and records the headers of both calls. */
async function startApp() {
  const calls: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    calls.push(request.headers);
    request.resume().once('end', () => response.writeHead(200).end('{"allow":true}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function named(spans: readonly SentSpan[], name: string): SentSpan {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} spans are named ${name}`);
  return found[0];
}

const [sent, wait, commit, publish] = ['mutation sendMessage', 'log.wait', 'log.commit', 'log.publish'] as const;
const ofSend = [sent, wait, commit, publish] as const;

const open = new AsyncDisposableStack();
let collector: Collector;
let place: Traced;

beforeAll(async () => {
  collector = open.use(await startCollector());
  place = open.use(await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, NODE_NAME: 'one' }));
});
afterAll(() => open.disposeAsync());

describe('a sent message', () => {
  it('is traced from its client through the wait for a commit, the commit and the publication to its receivers', async () => {
    const [ann, ben, cat] = await place.people('ann', 'ben', 'cat');
    const room = await place.group(ann, ben, cat);
    const ears = await Promise.all([ben, cat].map(({ token }) => earOnSocket({ url: place.node.url, token })));
    const client = clientSpan();
    await sendWith(place.node.url, ann, sending(room), { traceparent: client.traceparent });
    const spans = await collector.until(client.traceId, ...ofSend, 'deliver');
    expect(named(spans, sent)).toMatchObject({
      parentSpanId: client.spanId,
      node: 'one',
      failed: false,
      notes: { 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'SendMessage', 'mpim.outcome': 'OK' },
    });
    for (const name of [wait, commit, publish]) expect(named(spans, name).parentSpanId, name).toBe(named(spans, sent).spanId);
    expect(named(spans, commit).notes).toEqual({ 'mpim.appends': 1 });
    expect(named(spans, 'deliver')).toMatchObject({
      parentSpanId: named(spans, publish).spanId,
      notes: { 'mpim.entry': 'MessageSent', 'mpim.receivers': 2 },
    });
    for (const ear of ears) ear.stop();
  });

  it('over a socket is part of the span in the operation, or else of the one with which the socket began', async () => {
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    const [ofSocket, ofOperation] = [clientSpan(), clientSpan()];
    const client = createClient({
      url: `${place.node.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${ann.token}`, traceparent: ofSocket.traceparent },
    });
    const { traceparent } = ofOperation;
    for await (const { errors } of client.iterate({ ...sending(room), extensions: { traceparent } })) expect(errors).toBeUndefined();
    for await (const { errors } of client.iterate(sending(room))) expect(errors).toBeUndefined();
    for (const { traceId, spanId } of [ofOperation, ofSocket]) {
      expect(named(await collector.until(traceId, ...ofSend), sent).parentSpanId).toBe(spanId);
    }
    await client.dispose();
  });

  it('shares commits with concurrent ones, and the spans of those who share a commit are linked with it', async () => {
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    const clients = Array.from({ length: 12 }, () => clientSpan());
    await Promise.all(clients.map(({ traceparent }) => sendWith(place.node.url, ann, sending(room), { traceparent })));
    const traces = await Promise.all(clients.map(({ traceId }) => collector.until(traceId, sent, wait, publish)));
    const commits = traces.flat().filter(({ name }) => name === commit);
    expect(commits.reduce((sum, { notes }) => sum + Number(notes['mpim.appends']), 0)).toBe(clients.length);
    for (const spans of traces) {
      const { spanId } = named(spans, sent);
      const shared = commits.find(({ parentSpanId, links }) => parentSpanId === spanId || links.includes(spanId));
      const own = spans.find(({ name }) => name === commit);
      expect(own === undefined ? named(spans, wait).links : [own.spanId]).toEqual([shared?.spanId]);
    }
    expect(commits.length).toBeLessThan(clients.length);
  });

  it('begins a trace of its own if its client sends none, or an invalid one', async () => {
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    const { traceId, spanId } = clientSpan();
    const odd = [
      '',
      'abc',
      `00-${traceId}-${spanId}`,
      `00-${'0'.repeat(32)}-${spanId}-01`,
      `ff-${traceId}-${spanId}-01`,
      `00-${traceId}-${spanId}-01-x`,
      // Of a version that may be longer, and longer than what is kept.
      `01-${traceId}-${spanId}-01-${'x'.repeat(300)}`,
    ];
    const before = collector.spans.length;
    for (const traceparent of odd) await sendWith(place.node.url, ann, sending(room), { traceparent });
    const begun = () => collector.spans.slice(before).filter(({ name, parentSpanId }) => name === sent && parentSpanId === '');
    await expect.poll(() => begun().length).toBe(odd.length);
    expect(new Set(begun().map((span) => span.traceId)).size).toBe(odd.length);
  });

  it('is not traced if its client’s trace is not sampled', async () => {
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    const [without, after] = [clientSpan('00'), clientSpan()];
    await sendWith(place.node.url, ann, sending(room), { traceparent: without.traceparent });
    await sendWith(place.node.url, ann, sending(room), { traceparent: after.traceparent });
    await collector.until(after.traceId, ...ofSend);
    expect(collector.text()).not.toContain(without.traceId);
  });
});

describe('a trace', () => {
  it('has the outcome of an operation', async () => {
    const before = collector.spans.length;
    await place.post(MeDocument, {}, { token: 'not one of ours' });
    const asked = () => collector.spans.slice(before).find(({ name }) => name === 'query viewer');
    await expect.poll(() => asked()).toMatchObject({ failed: false, notes: { 'mpim.outcome': 'UNAUTHENTICATED' } });
  });

  it('has a span for a search', async () => {
    const [ann] = await place.people('ann');
    const before = collector.spans.length;
    await place.ask(SearchMessagesDocument, { search: 'needle' }, ann);
    const since = () => collector.spans.slice(before);
    await expect.poll(() => since().find(({ name }) => name === 'query messages')?.spanId).toBeDefined();
    expect(since().find(({ name }) => name === 'search')?.parentSpanId).toBe(named(since(), 'query messages').spanId);
  });

  it('continues to the app that is asked before a message is stored, whose failure is in the log with the trace id', async () => {
    await using app = await startApp();
    const { beforeSend } = place.node.chat;
    await beforeSend.set({ url: app.url });
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    const client = clientSpan();
    await sendWith(place.node.url, ann, sending(room), { traceparent: client.traceparent });
    const call = named(await collector.until(client.traceId, sent, 'webhook.call'), 'webhook.call');
    expect(app.calls.map(({ traceparent }) => traceparent)).toEqual([`00-${client.traceId}-${call.spanId}-01`]);
    expect(call.notes).toEqual({ 'http.response.status_code': 200 });
    await beforeSend.set({ url: 'http://127.0.0.1:1/' });
    const second = clientSpan();
    await sendWith(place.node.url, ann, sending(room), { traceparent: second.traceparent });
    await beforeSend.remove();
    expect(place.log).toContainEqual(
      expect.objectContaining({ traceId: second.traceId, requestId: expect.any(String), fault: expect.any(String) }),
    );
    expect(named(await collector.until(second.traceId, sent, 'webhook.call'), 'webhook.call').failed).toBe(true);
  });

  it('is named in the log line of a bug', async () => {
    await using lab = await openLab({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ADMIN_PORT: 'off' });
    const { traceId, traceparent } = clientSpan();
    const response = await fetch(`${lab.node.url}/graphql?query={bug}`, { headers: { traceparent } });
    const [{ extensions }] = (await response.json()).errors;
    expect(lab.log).toContainEqual(
      expect.objectContaining({ msg: 'an unexpected error was masked as INTERNAL', traceId, requestId: extensions.requestId }),
    );
  });

  it('begins with an effect, and continues to the apps that get the event', async () => {
    await using app = await startApp();
    const { webhook } = await place.node.chat.webhooks.create({ url: app.url, description: '', events: ['MessageSent'] });
    const [ann] = await place.people('ann');
    const room = await place.group(ann);
    await place.say(ann, room, 'hello');
    await expect.poll(() => app.calls.length).toBe(1);
    await place.node.chat.webhooks.remove(webhook.id);
    const [, traceId = '', spanId] = String(app.calls[0]?.['traceparent']).split('-');
    const spans = await collector.until(traceId, 'effect webhooks', 'webhook.call');
    expect(named(spans, 'webhook.call')).toMatchObject({ spanId, parentSpanId: named(spans, 'effect webhooks').spanId });
  });

  it('is named in the log lines of an effect', async () => {
    const effect = (logger: Logger): Effect => ({ name: 'lines', wanted: async () => true, act: async () => logger.warn('acted') });
    await using acting = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, (logger) => [effect(logger)]);
    await acting.people('ann');
    await expect.poll(() => acting.log.length).toBeGreaterThan(0);
    const [{ msg, traceId } = {}] = acting.log;
    expect(msg).toBe('acted');
    await collector.until(String(traceId), 'effect lines');
  });

  it('begins with a job, and continues to its commits', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const room = await place.group(ann, ben);
    const before = collector.spans.length;
    await place.ask(DissolveGroupDocument, { input: { groupId: room } }, ann);
    const job = () => collector.spans.slice(before).find(({ name }) => name === 'job GroupDissolved');
    await expect.poll(() => job()?.parentSpanId).toBe('');
    const spans = await collector.until(job()?.traceId ?? '', commit, publish);
    expect(spans.find(({ name }) => name === commit)?.parentSpanId).toBe(job()?.spanId);
  });

  it('has no texts, names, tokens or ids of users, and no addresses of apps', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const room = await place.group(ann, ben);
    const client = clientSpan();
    const operation = sending(room, 'nobody’s business');
    await sendWith(place.node.url, ann, operation, { traceparent: client.traceparent, 'x-request-id': 'of-the-client' });
    await collector.until(client.traceId, ...ofSend);
    const { clientMessageId } = operation.variables.input;
    for (const secret of ['business', ann.handle, ann.token, ann.refreshToken, ann.id, room, clientMessageId, password, '127.0.0.1']) {
      expect(collector.text(), secret).not.toContain(secret);
    }
    const notes = new Set(collector.spans.flatMap((span) => Object.keys(span.notes)));
    const known = ['graphql.operation.name', 'graphql.operation.type', 'http.response.status_code'];
    expect([...notes].toSorted()).toEqual([...known, 'mpim.appends', 'mpim.entries', 'mpim.entry', 'mpim.outcome', 'mpim.receivers']);
    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
  });
});

describe('a node', () => {
  it('with TRACE_RATIO 0 traces nothing', async () => {
    await using second = await startCollector();
    const quiet = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: second.url, TRACE_RATIO: '0' });
    const [ann] = await quiet.people('ann');
    await sendWith(quiet.node.url, ann, sending(await quiet.group(ann)), { traceparent: clientSpan().traceparent });
    await quiet[Symbol.asyncDispose]();
    expect(second.paths).toEqual([]);
  });

  it('that stops sends the remaining spans first', async () => {
    await using second = await startCollector();
    const slow = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: `${second.url}/`, OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await slow.people('ann');
    expect(second.paths).toEqual([]);
    await slow[Symbol.asyncDispose]();
    expect(second.spans.map(({ name }) => name)).toContain('mutation signUp');
    expect(new Set(second.paths)).toEqual(new Set(['/v1/traces']));
  });

  it('without tracing sends apps no trace, even if its clients have one', async () => {
    await using app = await startApp();
    await using off = await traced({});
    await off.node.chat.beforeSend.set({ url: app.url });
    const [ann] = await off.people('ann');
    await sendWith(off.node.url, ann, sending(await off.group(ann)), { traceparent: clientSpan().traceparent });
    expect(app.calls).toHaveLength(1);
    expect(app.calls[0]).not.toHaveProperty('traceparent');
  });

  it('logs once that its spans are refused, and once that they are accepted again', async () => {
    await using second = await startCollector();
    second.answer(400);
    await using refused = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: second.url });
    const told = () => refused.log.map(({ msg, requestId }) => ({ msg, requestId }));
    const [ann] = await refused.people('ann');
    const failed = { msg: 'spans could not be sent', requestId: undefined };
    await expect.poll(told).toEqual([failed]);
    await refused.ask(MeDocument, {}, ann);
    await expect.poll(() => second.paths.length).toBeGreaterThan(1);
    second.answer(200);
    await refused.ask(MeDocument, {}, ann);
    await expect.poll(told).toEqual([failed, { msg: 'trace spans can be sent again', requestId: undefined }]);
  });

  it('serves and stops as usual if nothing accepts its spans', async () => {
    const dead = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', DRAIN_MS: '300' });
    const [ann] = await dead.people('ann');
    await dead.say(ann, await dead.group(ann), 'hello');
    await within(1_500, dead[Symbol.asyncDispose]());
  });

  it('serves and stops as usual while the collector hangs', async () => {
    await using second = await startCollector();
    second.hang();
    const hung = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: second.url, DRAIN_MS: '300' });
    const [ann] = await hung.people('ann');
    await expect.poll(() => second.paths.length).toBeGreaterThan(0);
    await hung.say(ann, await hung.group(ann), 'hello');
    await within(1_500, hung[Symbol.asyncDispose]());
  });
});
