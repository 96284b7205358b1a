import { openWorker } from './reporting-worker.ts';

// A worker's process whose only effect is to call a receiver.

const chat = await openWorker(process.env);
process.once('SIGTERM', () => void chat[Symbol.asyncDispose]().then(() => process.exit(0)));
process.stdout.write('ready\n');
