import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createTextCache } from './text-cache.ts';

/** Documents that clients name by their hash once this node has seen them. */
export interface PersistedDocuments {
  /**
   * The document that a request names by its hash; undefined where it names none. Throws PERSISTED_QUERY_NOT_FOUND where it has to bring it along, and
   * BAD_USER_INPUT where what it brings has another hash.
   */
  textOf(request: { readonly query?: unknown; readonly extensions?: unknown }): string | undefined;
}

// The one version of the protocol: Apollo's "automatic persisted queries", which urql speaks too.
const version = 1;

/**
 * Makes them, none known. Kept by each node for itself: at one that has not seen a document its client sends it in full once more. Bounded, as anybody may send
 * documents, signed in or not: what others flood away is sent in full again, no more.
 */
export function createPersistedDocuments(): PersistedDocuments {
  const texts = createTextCache<string>((_hash, text) => text);
  return {
    textOf({ query, extensions }) {
      const hash = hashIn(extensions);
      if (hash === undefined) return undefined;
      // Over graphql-ws a request cannot be without: an empty one stands for none.
      if (query === undefined || query === null || query === '') return found(texts.get(hash));
      if (typeof query !== 'string' || createHash('sha256').update(query).digest('hex') !== hash)
        throw refusal('extensions.persistedQuery.sha256Hash is not the SHA-256 of the query, in lower-case hexadecimal.');
      texts.set(hash, query);
      return query;
    },
  };
}

/** Lets requests over HTTP name their documents. */
export function usePersistedDocuments(documents: PersistedDocuments): Plugin {
  return {
    onParams({ params, setParams }) {
      const query = documents.textOf(params);
      if (query !== undefined) setParams({ ...params, query });
    },
  };
}

function hashIn(extensions: unknown): string | undefined {
  const named = propertyOf(extensions, 'persistedQuery');
  if (named === undefined || named === null) return undefined;
  const hash = propertyOf(named, 'sha256Hash');
  if (propertyOf(named, 'version') !== version || typeof hash !== 'string')
    throw refusal(`extensions.persistedQuery has the version ${version} and a sha256Hash.`);
  return hash;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function found(text: string | undefined): string {
  // The words by which clients know it.
  if (text === undefined) throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
  return text;
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}
