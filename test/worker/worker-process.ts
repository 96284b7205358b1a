import pino from 'pino';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import type { Call } from './receiver.ts';

// A worker's process whose only effect is to call a receiver.

const { RECEIVER = '', WORKER_NAME = '' } = process.env;

const chat = await openChat(readConfig(process.env), {
  logger: pino({ level: 'silent' }),
  effects: [
    {
      name: 'receiver',
      wanted: async () => true,
      async act({ streamId, entries }, signal) {
        const call: Call = { worker: WORKER_NAME, stream: String(streamId), seqs: entries.map(({ seq }) => seq) };
        const { ok, status } = await fetch(RECEIVER, { method: 'POST', body: JSON.stringify(call), signal });
        if (!ok) throw new Error(`the receiver answered ${status}`);
      },
    },
  ],
});
process.once('SIGTERM', () => void chat[Symbol.asyncDispose]().then(() => process.exit(0)));
process.stdout.write('ready\n');
