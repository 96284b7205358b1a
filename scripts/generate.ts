import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locked, readIfThere } from './locked.ts';
import { deriveSqliteSchema } from './sqlite-schema.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const prisma = findPrisma();
const clients = 'src/db/generated';
const models = 'prisma/schema.prisma';
const sqliteModels = 'prisma/sqlite/schema.prisma';
// Of the server that the benchmarks compare with. Only checks and benchmarks need its client (--bench).
const recipeModels = 'bench/send/recipe/schema.prisma';

/** Returns the path of Prisma's command. Null if it is not installed. */
function findPrisma(): string | null {
  try {
    return createRequire(import.meta.url).resolve('prisma/build/index.js');
  } catch {
    return null;
  }
}

/**
 * Generates the clients of a schema. Prisma requires a path of its schema engine, but does not run it to generate. Naming any executable
 * avoids the download.
 */
async function generate(command: string, schema: string): Promise<void> {
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  await run(process.execPath, [command, 'generate', '--schema', schema, '--no-hints'], { cwd: root, env });
}

/** Generates the clients of some schemas, unless those in the folder match them. */
async function renew(command: string, folder: string, schemas: readonly string[]): Promise<void> {
  const generated = join(root, folder);
  const stampFile = join(generated, 'stamp');
  const { version } = JSON.parse(await readFile(join(command, '../../package.json'), 'utf8'));
  const texts = await Promise.all(schemas.map((schema) => readFile(join(root, schema), 'utf8')));
  const stamp = createHash('sha256')
    .update([version, ...texts].join('\n'))
    .digest('hex');
  if ((await readIfThere(stampFile)) === stamp) return;
  await locked(generated, async () => {
    if ((await readIfThere(stampFile)) === stamp) return;
    await Promise.all(schemas.map((schema) => generate(command, schema)));
    await writeFile(stampFile, stamp);
  });
}

/**
 * Generates prisma/sqlite/schema.prisma and the clients. Does nothing if everything is up to date, which takes a few ms, or in an image
 * that contains the clients but not Prisma.
 */
async function main(): Promise<void> {
  if (prisma === null) {
    if ((await readIfThere(join(root, clients, 'stamp'))) !== '') return;
    throw new Error('Prisma, which makes the clients of the database, is not installed: run `npm ci` or `npm ci --omit=dev`.');
  }
  const derived = deriveSqliteSchema(await readFile(join(root, models), 'utf8'));
  const sqlite = join(root, sqliteModels);
  if ((await readIfThere(sqlite)) !== derived) await writeFile(sqlite, derived);
  await renew(prisma, clients, [models, sqliteModels]);
  if (process.argv.includes('--bench')) await renew(prisma, 'bench/send/recipe/generated', [recipeModels]);
}

await main();
