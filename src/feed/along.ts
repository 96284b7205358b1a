import type { Entry } from '../log/index.ts';

/** The entry that is being delivered. One variable is enough because delivery is synchronous. */
let told: { readonly entry: Entry; readonly along: unknown } | undefined;

/** Runs `tell`, which delivers an entry. Meanwhile `alongOf` returns what the entry's hint carried. */
export function tellWith(entry: Entry, along: unknown, tell: () => void): void {
  const before = told;
  told = { entry, along };
  try {
    tell();
  } finally {
    told = before;
  }
}

/**
 * Returns what an entry's hint carried while the entry is being delivered; undefined at any other time. This data is as old as the entry,
 * so an entry that is shown later must be shown with current data.
 */
export function alongOf(entry: Entry): unknown {
  return told?.entry === entry ? told.along : undefined;
}
