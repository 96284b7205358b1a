import { randomBytes, randomUUID } from 'node:crypto';
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createNode } from '../../gateway/node.ts';
import { readConfig } from '../../src/config.ts';
import { startCollector } from '../support/collector.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { embeddedStores } from '../support/stores.ts';
import { type Person, peopleOf } from '../support/world.ts';

function newTrace() {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

async function traced(env: Readonly<Record<string, string>> = {}) {
  await using open = new AsyncDisposableStack();
  const collector = open.use(await startCollector());
  const stores = open.use(await embeddedStores());
  const config = {
    PORT: '0',
    LOG_LEVEL: 'error',
    ADMIN_PORT: 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  const node = open.use(await createNode(readConfig({ ...config, ...stores.env, ...env })));
  const held = open.move();
  return { collector, node, ...peopleOf(() => node.url), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function send(url: string, { token }: Person, group: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const variables = { input: { conversationId: group, clientMessageId: randomUUID(), text: 'nobody’s business' } };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query: print(SendMessageDocument), variables }),
  });
  expect((await response.json()).data.sendMessage.errors).toEqual([]);
}

describe('a trace', () => {
  it('goes on from the client that sends something over HTTP, up to the commit', async () => {
    await using place = await traced();
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    const client = newTrace();
    await send(place.node.url, ann, group, client);
    const spans = await place.collector.until(client.traceId, 'mutation sendMessage', 'log.wait', 'log.commit', 'log.publish');
    console.log(spans);
  });
});
