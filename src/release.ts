import { readFileSync } from 'node:fs';
import manifest from '../package.json' with { type: 'json' };

/**
 * The version of MPIM that runs. In a clone of the repository, or an image that was built with its commit, the commit is the build metadata
 * (Semantic Versioning 2.0.0, 10): `0.1.0+1a2b3c4d`.
 */
export const release = releaseIn(new URL('..', import.meta.url));

/** Returns the version of the program in a folder. The commit is read from the file COMMIT, or else from the folder's Git checkout. */
export function releaseIn(folder: URL): string {
  const commit = read(new URL('COMMIT', folder)) ?? checkedOut(new URL('.git/', folder)) ?? '';
  return /^[0-9a-f]{8,64}$/.test(commit) ? `${manifest.version}+${commit.slice(0, 8)}` : manifest.version;
}

function checkedOut(git: URL): string | undefined {
  const head = read(new URL('HEAD', git));
  if (!head?.startsWith('ref: ')) return head;
  const ref = head.slice('ref: '.length);
  return read(new URL(ref, git)) ?? packed(read(new URL('packed-refs', git)) ?? '', ref);
}

function packed(refs: string, wanted: string): string | undefined {
  const [line] = refs.split('\n').filter((text) => text.endsWith(` ${wanted}`));
  return line?.split(' ')[0];
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
