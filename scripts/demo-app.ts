import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { servesDemoApp } from '../gateway/demo-app.ts';
import { readConfig } from '../src/config/index.ts';
import { locked, readIfThere } from './locked.ts';

// Builds the demo app into web/dist before a node starts that serves it, unless the build there matches the sources. Without Vite, which is
// a development dependency, the build stays as it is. A node starts even if the app cannot be built.

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const dist = join(root, 'web/dist');
const stampFile = join(dist, 'stamp');
const sources = [
  'web/*.{html,json,svg,ts,tsx}',
  'web/{api,chat,documents,style,ui}/*',
  'client/*.ts',
  'schema/schema.graphql',
  'codegen.yml',
  'package-lock.json',
  'scripts/demo-app.ts',
];

/** Returns the path of a package's command. Null if it is not installed. */
function commandOf(name: string, path: string): string | null {
  try {
    return join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', path);
  } catch {
    return null;
  }
}

async function stamp(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of globSync(sources, { cwd: root }).toSorted()) {
    hash.update(`${path}\0`).update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}

/** Builds the app. Does nothing if it is up to date, which takes a few ms, or if it cannot be built. */
export async function buildDemoApp(): Promise<void> {
  const [codegen, vite] = [commandOf('@graphql-codegen/cli', 'esm/bin.js'), commandOf('vite', 'bin/vite.js')];
  if (codegen === null || vite === null) return;
  const wanted = await stamp();
  if ((await readIfThere(stampFile)) === wanted) return;
  // Not in `dist`, which Vite empties.
  await locked(join(root, 'web/generated'), async () => {
    if ((await readIfThere(stampFile)) === wanted) return;
    await run(process.execPath, [codegen, '--config', 'codegen.yml'], { cwd: root });
    // Set explicitly: under a test's NODE_ENV, the build would contain React's development version.
    const env = { ...process.env, NODE_ENV: 'production' };
    await run(process.execPath, [vite, 'build', 'web', '--config', 'web/vite.config.ts', '--logLevel', 'warn'], { cwd: root, env });
    await writeFile(stampFile, wanted);
  });
}

/** Returns whether the node that is about to start serves the app. Errors in the configuration are reported by the node. */
function isServed(): boolean {
  try {
    return servesDemoApp(readConfig(process.env));
  } catch {
    return false;
  }
}

if (import.meta.main && isServed()) {
  await buildDemoApp().catch((error: unknown) => {
    process.stderr.write(`The demo app could not be built, and is not served or not as it should be: ${(error as Error).message}\n`);
  });
}
