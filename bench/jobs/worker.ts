import { Agent, request } from 'node:http';
import { createNode } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Effect } from '../../src/worker/index.ts';

// A worker, either of a node with its webhooks, or with an effect that is a bare request to a receiver, for each entry or for each run of
// entries. It announces when it is ready.

const { RECEIVER = '', EACH = 'entry' } = process.env;
// Connections are kept alive, as MPIM's own calls to an app keep them.
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function post(body: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(RECEIVER, { method: 'POST', agent, headers, signal }, (response) => {
    response.resume().once('end', () => (response.statusCode === 204 ? resolve() : reject(new Error(`${response.statusCode}`))));
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

const effect: Effect = {
  name: 'bench',
  wanted: async () => true,
  async act({ streamId, entries }, signal) {
    const told = entries.map(({ seq, type, at }) => ({ key: `${streamId}:${seq}`, type, at }));
    if (EACH === 'run') await post(JSON.stringify(told), signal);
    // In order: each request waits for the answer to the one before.
    else for (const one of told) await post(JSON.stringify(one), signal);
  },
};

await createNode(readConfig({ ...process.env, PORT: '0', ADMIN_PORT: 'off', LOG_LEVEL: 'warn' }), {
  effects: EACH === 'webhook' ? [] : [effect],
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
