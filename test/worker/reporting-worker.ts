import pino from 'pino';
import type { Chat } from '../../src/chat.ts';
import { readConfig } from '../../src/config/index.ts';
import { openChat } from '../../src/open.ts';
import type { Call } from './receiver.ts';

/**
 * Opens a chat whose only effect is to call a receiver. Beside the configuration, the environment has RECEIVER, its URL, and WORKER_NAME,
 * by which the calls are told apart.
 */
export function openWorker(env: Readonly<Record<string, string | undefined>>): Promise<Chat> {
  const { RECEIVER = '', WORKER_NAME = '' } = env;
  return openChat(readConfig(env), {
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
}
