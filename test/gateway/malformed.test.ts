import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../gateway/node.ts';
import { openLab } from './lab.ts';

const body = 'x'.repeat(2_000_000);

describe.each<[string, (node: Node) => number]>([
  ['the public port', ({ port }) => port],
  ['the operators’ port', ({ adminUrl }) => Number(new URL(adminUrl ?? '').port)],
])('%s', (_port, portOf) => {
  test.each([
    ['a method that there is not', `FOO /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`, '400 Bad Request'],
    [
      'a header that is none',
      `POST /graphql HTTP/1.1\r\nHost: a\r\nA: \x7f\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      '400 Bad Request',
    ],
    ['headers without end', `GET /graphql HTTP/1.1\r\nHost: a\r\nA: ${body}`, '431 Request Header Fields Too Large'],
  ])('a client that sends %s gets a response after sending everything, and the connection ends', async (_, request, status) => {
    await using lab = await openLab();
    const socket = connect(portOf(lab.node), '127.0.0.1');
    const answer = text(socket);
    // Not earlier, because ending our side would cut off what is being sent.
    socket.write(request, () => socket.end());
    await once(socket, 'close');
    // Exactly one response, and not cut off: that would have rejected.
    expect((await answer).match(/^HTTP\/1\.1 .*$/gm)?.map(String)).toEqual([`HTTP/1.1 ${status}`]);
  });
});

test('behind requests that were sent ahead it ends the connection, and is no answer to one of them', async () => {
  await using lab = await openLab();
  const socket = connect(lab.node.port, '127.0.0.1');
  const answers: string[] = [];
  socket.setEncoding('latin1').on('data', (data: string) => void answers.push(data));
  const [first, second] = ['{hello}', '{wait(gate:"ahead")}'].map((query) => `GET /graphql?query=${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
  socket.write(`${first}${second}`);
  await lab.gates.reached('ahead');
  await expect.poll(() => answers.join('')).toContain('world');
  socket.write('FOO\r\n\r\n');
  await once(socket, 'close');
  expect(
    answers
      .join('')
      .match(/HTTP\/1\.1 \d+/g)
      ?.map(String),
  ).toEqual(['HTTP/1.1 200']);
  lab.gates.open('ahead');
});
