import { hostname } from 'node:os';
import type { Config } from './config.ts';

/** What a node is called in logs and among the others: NODE_NAME, or made of host and process. */
export function nodeNameOf({ nodeName }: Pick<Config, 'nodeName'>): string {
  return nodeName || `${hostname()}-${process.pid}`;
}
