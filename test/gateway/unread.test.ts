import { once } from 'node:events';
import { connect } from 'node:net';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { post } from './http.ts';
import { openLab } from './lab.ts';

// More than twice what the kernel buffers for a connection that is not read: 10 MB.
const size = 24_000_000;

test('an answer that its client does not read is given up after SLOW_SOCKET_MS, and one that takes longer to make is sent', async () => {
  const schema = buildSchema('type Query { large: String! late: String! }');
  const { large, late } = schema.getQueryType()?.getFields() ?? {};
  const [begun, made] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  Object.assign(large ?? {}, { resolve: () => 'x'.repeat(size) });
  Object.assign(late ?? {}, {
    resolve() {
      begun.resolve();
      return made.promise;
    },
  });
  await using lab = await openLab({ SLOW_SOCKET_MS: '200', LOG_LEVEL: 'debug' }, schema);
  const lately = post(lab.node.url, '{ late }');
  await begun.promise;
  const client = connect(lab.node.port, '127.0.0.1').setEncoding('latin1').pause();
  client.on('error', () => undefined);
  client.write('GET /graphql?query={large} HTTP/1.1\r\nHost: a\r\n\r\n');
  // It is logged when its connection has ended.
  await expect.poll(() => lab.log.some(({ msg }) => msg === 'request answered')).toBe(true);
  // Its time began before, and is over.
  made.resolve('done');
  expect((await lately).data).toEqual({ late: 'done' });
  let received = 0;
  client.on('data', ({ length }: string) => {
    received += length;
  });
  client.resume();
  await once(client, 'close');
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(size);
});
