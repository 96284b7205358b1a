import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { describeBus } from './contract.ts';

describeBus('the in-process bus', async () => createMemoryBus());
