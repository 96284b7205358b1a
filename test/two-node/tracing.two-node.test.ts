import { expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { startCollector } from '../support/collector.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { realStores } from '../support/stores.ts';
import { clientSpan, sending, sendWith } from '../support/traced.ts';
import { peopleOf } from '../support/world.ts';
import { earOnSocket } from './ear.ts';

it('a message and its delivery on another node are one trace, of which each node exports its spans, at the latest when it stops', async () => {
  await using collector = await startCollector();
  await using stores = await realStores();
  const traced = { ...stores.env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '5' };
  await using nodes = new AsyncDisposableStack();
  const { here, there, silent } = await allOf(nodes, {
    here: startNodeProcess({ ...traced, NODE_NAME: 'here', OTEL_BSP_SCHEDULE_DELAY: '60000' }),
    // A trace that one node records is recorded by all nodes involved.
    there: startNodeProcess({ ...traced, NODE_NAME: 'there', TRACE_RATIO: '0' }),
    silent: startNodeProcess({ ...stores.env, NODE_NAME: 'silent' }),
  });
  const { people, group } = peopleOf(() => here.url);
  const [ann, ben, cat] = await people('ann', 'ben', 'cat');
  const room = await group(ann, ben, cat);
  const ears = await Promise.all([
    earOnSocket({ url: there.url, token: ben.token }),
    earOnSocket({ url: there.url, token: cat.token }),
    earOnSocket({ url: silent.url, token: ben.token }),
  ]);
  const client = clientSpan();
  await sendWith(here.url, ann, sending(room, 'one for all'), { traceparent: client.traceparent });
  for (const ear of ears) await ear.hear((event) => event.__typename === 'MessageSent' && event.messageEdge?.node.text === 'one for all');
  expect(await here.end('SIGTERM')).toBe(0);
  const spans = await collector.until(client.traceId, 'mutation sendMessage', 'log.commit', 'log.publish', 'deliver');
  const chain = ['deliver', 'log.publish', 'mutation sendMessage'].map((name) => spans.find((span) => span.name === name));
  expect(chain.map((span) => span?.node)).toEqual(['there', 'here', 'here']);
  expect(chain.map((span) => span?.parentSpanId)).toEqual([chain[1]?.spanId, chain[2]?.spanId, client.spanId]);
  expect(chain[0]?.notes).toEqual({ 'mpim.entry': 'MessageSent', 'mpim.receivers': 2 });
  // There is no subscription on the sending node.
  expect(spans.filter(({ name }) => name === 'deliver')).toHaveLength(1);
  for (const ear of ears) ear.stop();
});
