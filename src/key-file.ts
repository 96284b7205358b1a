import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config/index.ts';
import type { ServerKey } from './server-key.ts';

/** Parses keys in the format of SECRET_KEYS. Returns none for an empty text. */
export function parseKeys(text: string): readonly ServerKey[] {
  const pairs = text.trim() === '' ? [] : text.trim().split(',');
  return pairs.map((pair) => {
    const [id = '', secret = ''] = pair.split(':');
    return { id, secret };
  });
}

/** Returns the path of an embedded node's key. */
export function pathOfKeys(dataDir: string): string {
  return join(dataDir, 'secret-keys');
}

/** Returns the embedded key in the format of SECRET_KEYS, created at the first start and readable by its owner only. */
export async function keyFile(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = pathOfKeys(dataDir);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`k1:${randomBytes(32).toString('base64url')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigError(`DATA_DIR ${dataDir} cannot be written to: ${(error as Error).message}`);
  }
  return await readKeys(path);
}

async function readKeys(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  if (!/^[\w-]+:[\w-]{43,}/.test(text))
    throw new ConfigError(`${path} does not hold a signing key. Remove it to get a new one: everybody then has to sign in again`);
  return text;
}

/** Returns the embedded key without creating it, or an empty text if there is none. Throws ConfigError if it cannot be read. */
export async function keptKeys(dataDir: string): Promise<string> {
  try {
    return await readKeys(pathOfKeys(dataDir));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError(`${pathOfKeys(dataDir)} cannot be read: ${(error as Error).message}`);
  }
}
