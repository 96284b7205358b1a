import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { releaseIn } from '../src/release.ts';

const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const withCommit = `${manifest.version}+1a2b3c4d`;

describe('the version of a node', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mpim-release-'));
    return () => rm(folder, { recursive: true });
  });

  function release(): string {
    return releaseIn(pathToFileURL(`${folder}/`));
  }

  async function git(files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(folder, '.git/refs/heads'), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, '.git', name), text);
  }

  it('is that of the package if its commit is unknown', () => {
    expect(release()).toBe(manifest.version);
  });

  it.each([
    ['on a branch', { HEAD: 'ref: refs/heads/main\n', 'refs/heads/main': `${commit}\n` }],
    ['on a branch that git has packed', { HEAD: 'ref: refs/heads/main\n', 'packed-refs': `# pack-refs\n${commit} refs/heads/main\n` }],
    ['on no branch', { HEAD: `${commit}\n` }],
  ])('has the commit that is checked out, %s', async (_, files) => {
    await git(files);
    expect(release()).toBe(withCommit);
  });

  it('has the commit that an image was built with, unless the file has anything else', async () => {
    await writeFile(join(folder, 'COMMIT'), commit);
    expect(release()).toBe(withCommit);
    for (const other of ['', 'main', '1a2b3c4d; rm']) {
      await writeFile(join(folder, 'COMMIT'), other);
      expect(release()).toBe(manifest.version);
    }
  });
});
