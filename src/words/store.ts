import { type Db, holdDeployment, type Tx } from '../db/index.ts';
import type { WordAction } from './action.ts';
import type { ActiveList } from './matcher.ts';
import type { WordList } from './words.ts';

/** A list with its words. */
export interface StoredList extends WordList {
  readonly words: readonly string[];
}

/** The lists that are in force, and the version that they make. */
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

/** The version of the lists: it rises with each change. */
export async function readVersion(tx: Tx): Promise<number> {
  const { wordsVersion } = await tx.deployment.findUniqueOrThrow({ where: { id: 1 }, select: { wordsVersion: true } });
  return wordsVersion;
}

/** What is in force, of one moment. */
export function readActive(db: Db): Promise<Lists> {
  return db.snapshot(async (tx) => {
    const version = await readVersion(tx);
    const rows = await tx.blockedWordList.findMany({ where: { enabled: true }, orderBy: { name: 'asc' } });
    return { version, active: rows.map(({ words, ...row }) => ({ ...wordListOf(row), words: wordsOf(words) })) };
  });
}

/** All lists but for their words, by name. */
export async function readLists(tx: Tx): Promise<readonly WordList[]> {
  return (await tx.blockedWordList.findMany({ select: shown, orderBy: { name: 'asc' } })).map(wordListOf);
}

/** The words of lists, in the order asked for. */
export async function readWords(tx: Tx, names: readonly string[]): Promise<readonly (readonly string[])[]> {
  const rows = await tx.blockedWordList.findMany({ where: { name: { in: [...names] } }, select: { name: true, words: true } });
  const found = new Map(rows.map(({ name, words }) => [name, wordsOf(words)]));
  return names.map((name) => found.get(name) ?? []);
}

/** Has one change after the other: whoever changes lists begins with it, and answers the version that they make. */
export async function nextVersion(db: Db, tx: Tx): Promise<number> {
  await holdDeployment(db, tx);
  const version = (await readVersion(tx)) + 1;
  await tx.deployment.update({ where: { id: 1 }, data: { wordsVersion: version } });
  return version;
}

/** Puts a list in place of what there was under its name; without words those stay. */
export async function putList(tx: Tx, { words, name, ...list }: Omit<StoredList, 'words'> & { readonly words: readonly string[] | null }) {
  if (words === null) await tx.blockedWordList.update({ where: { name }, data: list });
  else {
    const data = { ...list, words: words.join('\n') };
    await tx.blockedWordList.upsert({ where: { name }, create: { name, ...data }, update: data });
  }
}

/** Removes a list. */
export async function deleteList(tx: Tx, name: string): Promise<void> {
  await tx.blockedWordList.delete({ where: { name } });
}
