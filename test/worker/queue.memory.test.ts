import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { promisesOfQueues } from './queue.contract.ts';

promisesOfQueues('the queue in memory', async () => createMemoryQueue());
