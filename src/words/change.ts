import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import { maxBytes, maxLists, maxWords, requireListName, requireWords, tooMuch } from './shape.ts';
import { deleteList, nextVersion, putList, readLists } from './store.ts';
import type { ListChange, ListChanged, WordList } from './words.ts';

/** Creates or changes a list. Throws the errors that BlockedWords.set names. */
export async function setList(db: Db, actorId: bigint | null, change: ListChange): Promise<ListChanged> {
  const { name } = change;
  requireListName(name);
  const words = change.words === undefined ? null : requireWords(change.words);
  return await db.commit(uuidBytes(newUuid()), async (tx) => {
    await nextVersion(db, tx);
    const lists = await readLists(tx);
    const before = lists.find((list) => list.name === name);
    if (before === undefined && words === null) throw new ChatError('INVALID_INPUT', 'A new list must have words.', { field: ['words'] });
    const list: WordList = {
      name,
      action: change.action ?? before?.action ?? 'REFUSE',
      enabled: change.enabled ?? before?.enabled ?? true,
      wholeWords: change.wholeWords ?? before?.wholeWords ?? true,
      wordCount: words?.length ?? before?.wordCount ?? 0,
      bytes: words === null ? (before?.bytes ?? 0) : Buffer.byteLength(words.join('\n')),
      updatedAt: await db.now(tx),
      updatedById: actorId,
    };
    requireRoom([...lists.filter((other) => other.name !== name), list]);
    await putList(tx, { ...list, words });
    return { list, before: before ?? null };
  });
}

function requireRoom(lists: readonly WordList[]): void {
  if (lists.length > maxLists) throw new ChatError('LIMIT_REACHED', `There can be at most ${maxLists} lists.`, { field: ['name'] });
  const sum = (part: 'wordCount' | 'bytes') => lists.reduce((total, list) => total + list[part], 0);
  if (sum('wordCount') > maxWords || sum('bytes') > maxBytes) throw tooMuch();
}

/** Removes a list and returns it. Throws the errors that BlockedWords.remove names. */
export async function removeList(db: Db, name: string): Promise<WordList> {
  return await db.commit(uuidBytes(newUuid()), async (tx) => {
    await nextVersion(db, tx);
    const list = (await readLists(tx)).find((one) => one.name === name);
    if (list === undefined) throw new ChatError('NOT_FOUND', 'List not found.', { field: ['name'] });
    await deleteList(tx, name);
    return list;
  });
}
