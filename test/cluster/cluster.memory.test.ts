import { createMemoryRegistry } from '../../src/cluster/registry.memory.ts';
import { describeCluster } from './cluster.contract.ts';

describeCluster('nodes on the registry in the process', () => {
  const registry = createMemoryRegistry();
  return async () => registry;
});
