import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { describeLimits } from './contract.ts';

describeLimits('limits in the process', async () => createMemoryLimits());
