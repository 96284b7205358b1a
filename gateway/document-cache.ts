import type { DocumentNode } from 'graphql';
import { createTextCache, type TextCache } from './text-cache.ts';

/** Parsed documents by their text, for Yoga's own cache of what it parses. */
export function createDocumentCache(): TextCache<DocumentNode> {
  return createTextCache((text) => text);
}
