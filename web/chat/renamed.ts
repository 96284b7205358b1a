import type { PersonFragment } from '../generated/graphql.ts';
import type { State } from './state.ts';

/** Profiles by user. */
export type People = ReadonlyMap<string, PersonFragment>;

/** The state with these users' profiles everywhere. Parts in which none of them has changed stay the same objects. */
export function renamed(state: State, people: People): State {
  return replacedIn(state, people);
}

function replacedIn<T>(held: T, people: People): T;
function replacedIn(held: unknown, people: People): unknown {
  if (typeof held !== 'object' || held === null) return held;
  if (held instanceof Map) return changed(held, [...held], people, (entries) => new Map(entries));
  if (Array.isArray(held)) return changed(held, held, people, (items) => items);
  const person = 'displayName' in held && 'id' in held ? people.get(String(held.id)) : undefined;
  if (person !== undefined) return isSame(held, person) ? held : { ...held, ...person };
  return changed(held, Object.entries(held), people, Object.fromEntries);
}

/** Puts changed parts back together. Returns the old object if no part changed. */
function changed<P>(held: unknown, parts: readonly P[], people: People, together: (parts: readonly P[]) => unknown): unknown {
  const after = parts.map((part) => replacedIn(part, people));
  return after.every((part, at) => part === parts[at]) ? held : together(after);
}

function isSame(held: object, person: PersonFragment): boolean {
  const known: Partial<PersonFragment> = held;
  return known.displayName === person.displayName && known.handle === person.handle && known.isBot === person.isBot;
}
