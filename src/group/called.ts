import { type NamedUser, readConversationNames, readUserNames } from '../db/index.ts';
import { foundTerms, prefixesOf } from '../term.ts';
import type { Viewer } from '../user/index.ts';
import type { GroupParts } from './parts.ts';
import type { Sieve } from './sift.ts';
import { sidesOf } from './store.ts';

/**
 * Lets through what is called so: a group by its name, a direct conversation by how the other side is called, by themselves and by the viewer, each of the words of
 * the text beginning one of theirs. Names of groups are in no index: those of the viewer's conversations are read, and compared here.
 */
export function calledSieve({ db: { client } }: Pick<GroupParts, 'db'>, { userId }: Viewer, text: string): Sieve {
  const prefixes = prefixesOf(text);
  if (prefixes.length === 0) return async (rows) => rows.map(() => false);

  return async (rows) => {
    const conversations = await readConversationNames(
      client,
      rows.map(({ id }) => id),
    );
    const others = new Map(conversations.flatMap(({ id, directKey }) => (directKey === null ? [] : [[id, otherOf(directKey, userId)]])));
    const people = await readUserNames(client, userId, [...new Set(others.values())]);
    const named = new Set(people.filter((person) => foundTerms(prefixes, namesOf(person)) !== null).map(({ id }) => id));
    const found = conversations.filter(({ id, name }) => {
      const other = others.get(id);
      return other === undefined ? name !== null && foundTerms(prefixes, { names: [name] }) !== null : named.has(other);
    });
    const ids = new Set(found.map(({ id }) => id));
    return rows.map(({ id }) => ids.has(id));
  };
}

function otherOf(directKey: string, userId: bigint): bigint {
  const [smaller, larger] = sidesOf(directKey);
  return smaller === userId ? larger : smaller;
}

function namesOf({ handle, displayName, alias }: NamedUser) {
  return { handle, names: alias === null ? [displayName] : [displayName, alias] };
}
