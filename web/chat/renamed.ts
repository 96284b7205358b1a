import type { PersonFragment } from '../generated/graphql.ts';
import type { State } from './state.ts';

/** The state with a user's new profile everywhere. Parts without that user stay the same objects. */
export function renamed(state: State, person: PersonFragment): State {
  return replacedIn(state, person);
}

function replacedIn<T>(held: T, person: PersonFragment): T;
function replacedIn(held: unknown, person: PersonFragment): unknown {
  if (typeof held !== 'object' || held === null) return held;
  if (held instanceof Map) return changed(held, [...held], person, (entries) => new Map(entries));
  if (Array.isArray(held)) return changed(held, held, person, (items) => items);
  if ('displayName' in held && 'id' in held && held.id === person.id) return { ...held, ...person };
  return changed(held, Object.entries(held), person, Object.fromEntries);
}

/** Puts changed parts back together. Returns the old object if no part changed. */
function changed<P>(held: unknown, parts: readonly P[], person: PersonFragment, together: (parts: readonly P[]) => unknown): unknown {
  const after = parts.map((part) => replacedIn(part, person));
  return after.every((part, at) => part === parts[at]) ? held : together(after);
}
