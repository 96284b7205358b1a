import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { startCollector } from '../support/collector.ts';
import { password } from '../support/people.ts';
import { clientSpan } from '../support/traced.ts';
import { openLab } from './lab.ts';

const root = join(import.meta.dirname, '../..');
const monitoring = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');
const [inject = '', apollo = '', urql = '', socket = '', ...rest] = [...monitoring.matchAll(/```javascript\n(.*?)```/gs)].map(
  ([, code = '']) => code,
);

it('operations with the samples of docs/monitoring.md continue the traces of their clients', async () => {
  expect(rest).toEqual([]);
  await using collector = await startCollector();
  await using lab = await openLab({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '5', ADMIN_PORT: 'off' });
  const { accessToken } = await lab.node.chat.users.signUp({ handle: 'ann', password, address: 'test' });
  const ways = ['Apollo over HTTP', 'Apollo over a socket', 'urql over HTTP', 'urql over a socket', 'a socket'] as const;
  const spans = ways.map(() => clientSpan());
  // What the samples take from docs/api/clients.md and from their own page.
  const program = `
    import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
    import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
    import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
    import { createClient } from 'graphql-ws';
    ${inject}
    const url = '${lab.node.url}/graphql';
    const currentAccessToken = async () => '${accessToken}';
    const signedIn = fetch;
    const client = createClient({ url: url.replace('http', 'ws') });
    let current = '';
    propagation.setGlobalPropagator({ inject: (_, carrier, setter) => setter.set(carrier, 'traceparent', current), extract: (of) => of, fields: () => [] });
    const [one, two, three, four, five] = ${JSON.stringify(spans.map(({ traceparent }) => traceparent))};
    async function ask(link) {
      ${apollo}
      await new ApolloClient({ cache: new InMemoryCache(), link: traced }).query({ query: gql('{ hello }') });
    }
    current = one;
    await ask(new HttpLink({ uri: url, fetch: signedIn }));
    current = two;
    await ask(new GraphQLWsLink(client));
    {
      ${urql}
      current = three;
      await urql.query('{ hello }', {}).toPromise();
      current = four;
      await new Promise((resolve) => urql.subscription('subscription { count(to: 1) }', {}).subscribe(resolve));
    }
    current = five;
    {
      ${socket}
      await new Promise((complete) => socket.subscribe({ query: '{ hello }' }, { next() {}, error: complete, complete }));
    }
    process.exit(0);
  `;
  const sample = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
  expect(await text(sample.stderr)).toBe('');
  for (const [place, { traceId, spanId }] of spans.entries()) {
    const [operation] = await collector.until(traceId, place === 3 ? 'subscription count' : 'query hello');
    expect(operation?.parentSpanId, ways[place]).toBe(spanId);
  }
});
