import { hostname } from 'node:os';
import type { Config } from './config.ts';

/** Returns the name of a node in logs and among the other nodes: NODE_NAME, or else made of host and process. */
export function nodeNameOf({ nodeName }: Pick<Config, 'nodeName'>): string {
  return nodeName || `${hostname()}-${process.pid}`;
}
