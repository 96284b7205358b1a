import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { describeRoster } from './roster.contract.ts';

describeRoster('the roster of one process', async () => createMemoryRoster());
