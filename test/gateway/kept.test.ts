import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { kept } from '../../gateway/kept.ts';

test('what could not be made is made by the next call, and then kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-kept-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'page.html');
  const page = kept(() => readFile(path, 'utf8'));
  await expect(Promise.all([page(), page()])).rejects.toThrow('ENOENT');
  await writeFile(path, 'first');
  expect(await page()).toBe('first');
  await writeFile(path, 'second');
  expect(await page()).toBe('first');
});
