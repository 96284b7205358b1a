import { type NamedUser, readConversationNames, readUserNames } from '../db/index.ts';
import { foundTerms, prefixesOf } from '../term.ts';
import type { Viewer } from '../user/index.ts';
import type { GroupParts } from './parts.ts';
import type { ConversationFilter } from './sift.ts';
import { sidesOf } from './store.ts';

/**
 * Creates a sieve that keeps conversations whose names match a search text: each word of the text must begin a word of the name. A group is
 * found by its name, a direct conversation by the other user's handle, display name, or alias (the viewer's name for them). Group names are
 * in no index, so the names of the viewer's conversations are read and compared here.
 */
export function nameFilter({ db: { client } }: Pick<GroupParts, 'db'>, { userId }: Viewer, text: string): ConversationFilter {
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
