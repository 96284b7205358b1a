import type { DocumentNode } from 'graphql';

/** Parsed documents by their text, the least recently used one forgotten first. */
export interface DocumentCache {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): void;
}

// A parsed document takes up to some 200 bytes a character: so all of them stay within 100 MB, whoever sends them, signed in or not.
const maxCharacters = 500_000;
// What is longer is no document that a client sends again and again.
const maxOne = 20_000;

/** Makes an empty cache. It is bounded by the text it holds: by count alone, a thousand documents of a megabyte each would stay. */
export function createDocumentCache(): DocumentCache {
  const documents = new Map<string, DocumentNode>();
  let characters = 0;

  return {
    get(text) {
      const document = documents.get(text);
      if (document === undefined) return undefined;
      documents.delete(text);
      documents.set(text, document);
      return document;
    },
    set(text, document) {
      if (text.length > maxOne || documents.has(text)) return;
      documents.set(text, document);
      characters += text.length;
      for (const oldest of documents.keys()) {
        if (characters <= maxCharacters) return;
        documents.delete(oldest);
        characters -= oldest.length;
      }
    },
  };
}
