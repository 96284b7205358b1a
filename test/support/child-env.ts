import { join } from 'node:path';

// A third of the cost of a start is to strip types and compile sources that an earlier start has compiled already. There are hundreds of
// starts.
const compileCache = join(import.meta.dirname, '../../node_modules/.cache/compile');

/** The environment of a child process: these variables, and no other configuration of this machine. */
export function childEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { PATH = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE: compileCache, ...env };
}
