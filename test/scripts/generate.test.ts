import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** A folder as in an image: the scripts and the models, without Prisma. */
let image: string;
beforeEach(async () => {
  image = await mkdtemp(join(tmpdir(), 'image-'));
  for (const folder of ['scripts', 'prisma']) await cp(join(root, folder), join(image, folder), { recursive: true });
  await writeFile(join(image, 'package.json'), '{"type":"module"}');
});
afterEach(() => rm(image, { recursive: true }));

const generate = () => run(process.execPath, ['scripts/generate.ts'], { cwd: image });

it('without Prisma, generate leaves the clients of an image as they are, so that npm’s commands work in it', async () => {
  await mkdir(join(image, 'src/db/generated'), { recursive: true });
  await writeFile(join(image, 'src/db/generated/stamp'), 'of the build');
  await expect(generate()).resolves.toEqual({ stdout: '', stderr: '' });
});

it('without Prisma and clients, generate says what to do', async () => {
  await expect(generate()).rejects.toThrow('run `npm ci`');
});
