import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callOverHttp } from '../../gateway/http-caller.ts';
import { createSessions } from '../../gateway/sessions.ts';
import { readConfig } from '../../src/config/index.ts';
import { embeddedChat } from '../support/chat.ts';

test('the signal of a request aborts when its client disconnects', async () => {
  await using chat = await embeddedChat();
  using sessions = createSessions(chat);
  const signals: AbortSignal[] = [];
  const asked = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const call = callOverHttp(
      { chat, config: readConfig({}), sessions },
      { request, response, requestId: 'a', cut: new AbortController().signal },
    );
    signals.push((await call.callerOf({ lasting: false, signingIn: true })).signal);
    asked.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked.promise;
  const [signal] = signals;
  if (signal === undefined) throw new Error('nobody called');
  expect(signal.aborted).toBe(false);
  client.destroy();
  await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ code: 'UNAVAILABLE' });
});
