import type { DocumentNode } from 'graphql';
import { createTextCache, type TextCache } from './text-cache.ts';

/** The caches of an engine, for Yoga. */
export interface DocumentCaches {
  /** Parsed documents by their text. */
  readonly documentCache: TextCache<DocumentNode>;
  /** Why documents were refused. Always empty: an entry would hold the whole text, and refusing again is fast. */
  readonly errorCache: TextCache<never>;
}

/** Creates the caches. */
export function createDocumentCaches(): DocumentCaches {
  return { documentCache: createTextCache((text) => text), errorCache: { get: () => undefined, set: () => undefined } };
}
