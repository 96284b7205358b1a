import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { createLogging } from '../../gateway/logger.ts';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { createGates, type Gates } from './gates.ts';
import { labSchema } from './lab-schema.ts';

/** A node with an embedded chat and a schema for tests. */
export interface Lab extends AsyncDisposable {
  readonly node: Node;
  readonly gates: Gates;
  /** The log so far, each line parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** Starts a lab on a free port, with these variables in place of defaults, and with the lab’s own schema unless another is given. */
export async function openLab(env: Readonly<Record<string, string>> = {}, schema?: GraphQLSchema): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-lab-'));
  const config = readConfig({ DATA_DIR: folder, PORT: '0', LOG_FORMAT: 'json', ...env });
  const log: Record<string, unknown>[] = [];
  const gates = createGates();
  const logging = createLogging(config, { write: (line: string) => void log.push(JSON.parse(line)) });
  const node = await createNode(config, { logging, schema: schema ?? labSchema(gates) });
  return {
    node,
    gates,
    log,
    async [Symbol.asyncDispose]() {
      await node.close();
      await rm(folder, { recursive: true });
    },
  };
}
