import { type Db, holdDeployment, type Tx } from '../db/index.ts';
import type { WordAction } from './action.ts';
import type { ActiveList } from './matcher.ts';
import type { WordList } from './words.ts';

/** A list with its words. */
export interface StoredList extends WordList {
  readonly words: readonly string[];
}

/** The enabled lists, and the version that they belong to. */
export interface Lists {
  readonly version: number;
  readonly active: readonly ActiveList[];
}

const shown = {
  ...{ name: true, action: true, enabled: true, wholeWords: true },
  ...{ wordCount: true, bytes: true, updatedAt: true, updatedById: true },
} as const;

function wordListOf<R extends { readonly action: string }>(row: R): Omit<R, 'action'> & { readonly action: WordAction } {
  return { ...row, action: row.action as WordAction };
}

function wordsOf(words: string): readonly string[] {
  return words.split('\n');
}

/** Reads the version of the lists. It rises with each change. */
export async function readVersion(tx: Tx): Promise<number> {
  const { wordsVersion } = await tx.deployment.findUniqueOrThrow({ where: { id: 1 }, select: { wordsVersion: true } });
  return wordsVersion;
}

/** Reads the enabled lists and their version, in one snapshot. */
export function readActive(db: Db): Promise<Lists> {
  return db.snapshot(async (tx) => {
    const version = await readVersion(tx);
    const rows = await tx.blockedWordList.findMany({ where: { enabled: true }, orderBy: { name: 'asc' } });
    return { version, active: rows.map(({ words, ...row }) => ({ ...wordListOf(row), words: wordsOf(words) })) };
  });
}

/** Reads all lists, without their words, by name. */
export async function readLists(tx: Tx): Promise<readonly WordList[]> {
  return (await tx.blockedWordList.findMany({ select: shown, orderBy: { name: 'asc' } })).map(wordListOf);
}

/** Reads the words of lists, in the order of `names`. */
export async function readWords(tx: Tx, names: readonly string[]): Promise<readonly (readonly string[])[]> {
  const rows = await tx.blockedWordList.findMany({ where: { name: { in: [...names] } }, select: { name: true, words: true } });
  const found = new Map(rows.map(({ name, words }) => [name, wordsOf(words)]));
  return names.map((name) => found.get(name) ?? []);
}

/**
 * Raises the version of the lists and returns it. Every change of a list begins with this, because it takes the lock under which changes
 * follow each other.
 */
export async function nextVersion(db: Db, tx: Tx): Promise<number> {
  await holdDeployment(db, tx);
  const version = (await readVersion(tx)) + 1;
  await tx.deployment.update({ where: { id: 1 }, data: { wordsVersion: version } });
  return version;
}

/** Stores a list under its name, in place of the one before. If `words` is null, the stored words stay. */
export async function putList(tx: Tx, { words, name, ...list }: Omit<StoredList, 'words'> & { readonly words: readonly string[] | null }) {
  if (words === null) await tx.blockedWordList.update({ where: { name }, data: list });
  else {
    const data = { ...list, words: words.join('\n') };
    await tx.blockedWordList.upsert({ where: { name }, create: { name, ...data }, update: data });
  }
}

/** Deletes a list. */
export async function deleteList(tx: Tx, name: string): Promise<void> {
  await tx.blockedWordList.delete({ where: { name } });
}
