import type { Entry } from '../log/index.ts';

/** What is being told of; telling waits for nothing. */
let told: { readonly entry: Entry; readonly along: unknown } | undefined;

/** Tells of an entry, with what its hint brought along at hand for as long as `tell` runs. */
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
 * What the hint of an entry brought along, while those who listen are being told of it; undefined at any other time. It is as old as the
 * entry: whoever is shown it later must be shown how things stand by then.
 */
export function alongOf(entry: Entry): unknown {
  return told?.entry === entry ? told.along : undefined;
}
