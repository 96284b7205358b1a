import { once } from 'node:events';
import { connect } from 'node:net';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { openLab } from './lab.ts';

// More than twice what the kernel buffers for a connection that is not read: 10 MB.
const size = 24_000_000;

test('an answer that its client does not read is given up after SLOW_SOCKET_MS', async () => {
  const schema = buildSchema('type Query { large: String! }');
  Object.assign(schema.getQueryType()?.getFields()['large'] ?? {}, { resolve: () => 'x'.repeat(size) });
  await using lab = await openLab({ SLOW_SOCKET_MS: '200', LOG_LEVEL: 'debug' }, schema);
  const client = connect(lab.node.port, '127.0.0.1').setEncoding('latin1').pause();
  client.on('error', () => undefined);
  client.write('GET /graphql?query={large} HTTP/1.1\r\nHost: a\r\n\r\n');
  // It is logged when its connection has ended.
  await expect.poll(() => lab.log.some(({ msg }) => msg === 'request answered')).toBe(true);
  let received = 0;
  client.on('data', ({ length }: string) => {
    received += length;
  });
  client.resume();
  await once(client, 'close');
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(size);
});
