import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createTextCache } from './text-cache.ts';
import { hashOf, type TrustedDocuments } from './trusted-documents.ts';

/** Documents that clients name in place of sending them. */
export interface PersistedDocuments {
  /**
   * The document that a request names by its hash; undefined where it names none. Throws PERSISTED_QUERY_NOT_FOUND where it has to bring it along,
   * BAD_USER_INPUT where what it brings has another hash, and UNTRUSTED_DOCUMENT where only those of a list are run and it is none of them.
   */
  textOf(request: { readonly query?: unknown; readonly extensions?: unknown }): string | undefined;
}

// The one version of the protocol: Apollo's "automatic persisted queries", which urql speaks too.
const version = 1;

/** Makes them: of any document that clients have brought along, or, where some are trusted, of those alone. */
export function createPersistedDocuments(trusted: TrustedDocuments | null): PersistedDocuments {
  return trusted === null ? createBrought() : createListed(trusted);
}

/**
 * Those that clients have brought along, none at first. Kept by each node for itself: at one that has not seen a document its client sends it in full once more. Bounded, as anybody may send
 * documents, signed in or not: what others flood away is sent in full again, no more.
 */
function createBrought(): PersistedDocuments {
  const texts = createTextCache<string>((_hash, text) => text);
  return {
    textOf({ query, extensions }) {
      const hash = hashIn(extensions);
      if (hash === undefined) return undefined;
      // Over graphql-ws a request cannot be without: an empty one stands for none.
      if (query === undefined || query === null || query === '') return found(texts.get(hash));
      if (typeof query !== 'string' || hashOf(query) !== hash)
        throw refusal('extensions.persistedQuery.sha256Hash must be the SHA-256 of the query in lower-case hexadecimal.');
      texts.set(hash, query);
      return query;
    },
  };
}

/** Those of a list. A request may name one, or bring its text: that, to the letter, is the same document, and clients that know nothing of names go on as they are. */
function createListed(trusted: TrustedDocuments): PersistedDocuments {
  // A file may call a document whatever it likes, the hash of another among it.
  function listedAs(query: unknown): string | undefined {
    return typeof query === 'string' && trusted.get(hashOf(query)) === query ? query : undefined;
  }
  return {
    textOf({ query, extensions }) {
      const name = hashIn(extensions);
      const text = name === undefined ? listedAs(query) : trusted.get(name);
      if (text === undefined) {
        throw new GraphQLError('This server only runs trusted documents, and this is not one of them.', {
          extensions: { code: 'UNTRUSTED_DOCUMENT', http: { status: 400 } },
        });
      }
      return text;
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
    throw refusal(`extensions.persistedQuery must have version ${version} and a sha256Hash.`);
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
