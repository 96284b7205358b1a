import type { DocumentNode } from 'graphql';
import { createTextCache, type TextCache } from './text-cache.ts';

/** Creates a cache of parsed documents by their text, for Yoga. */
export function createDocumentCache(): TextCache<DocumentNode> {
  return createTextCache((text) => text);
}
