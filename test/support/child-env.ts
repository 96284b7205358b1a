import { join } from 'node:path';

// A third of what a start costs is to strip and compile sources that the start before has compiled; there are hundreds of starts.
const compileCache = join(import.meta.dirname, '../../node_modules/.cache/compile');

/** The environment of a process of ours: these variables, and nothing of this machine's own configuration. */
export function childEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { PATH = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE: compileCache, ...env };
}
