import { type DocumentNode, parse, print } from 'graphql';
import { DocumentError } from './document.ts';

/** A document with the types of its result and variables, as codegen generates it (`TypedDocumentNode`). */
export interface TypedDocument<D, V> extends DocumentNode {
  __apiType?: (variables: V) => D;
}

/** The same as text: a `TypedDocumentString`, which codegen generates with `documentMode: 'string'`. */
export interface TypedText<D, V> {
  __apiType?: (variables: V) => D;
  valueOf(): string;
}

/** A parsed document, and how it is sent to the server. */
export interface Typed {
  readonly parsed: DocumentNode;
  readonly named: { readonly query: string; readonly extensions?: Record<string, unknown> };
}

/** Reads the document of an application. Throws DocumentError if it has no text, or no hash although `byHash` is set. */
export function readTyped(document: DocumentNode | { valueOf(): string }, byHash: boolean): Typed {
  const { __meta__, definitions } = document as { readonly __meta__?: { readonly hash?: unknown }; readonly definitions?: unknown };
  const written = document.valueOf();
  if (definitions === undefined && typeof written !== 'string') {
    throw new DocumentError(
      "The document has no text, which says what it selects: keep it, by `persistedDocuments: { mode: 'embedHashInDocument' }` of codegen's client preset, which is its default.",
    );
  }
  const parsed = typeof written === 'string' ? parse(written) : (document as DocumentNode);
  if (!byHash) return { parsed, named: { query: typeof written === 'string' ? written : print(parsed) } };
  const sha256Hash = __meta__?.hash;
  if (typeof sha256Hash !== 'string') {
    throw new DocumentError(
      "The document has no hash to send: have codegen's client preset make one, by `persistedDocuments: true`, or leave out `byHash`.",
    );
  }
  return { parsed, named: { query: '', extensions: { persistedQuery: { version: 1, sha256Hash } } } };
}
