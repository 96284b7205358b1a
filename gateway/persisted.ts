import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createTextCache } from './text-cache.ts';
import { hashOf, type TrustedDocuments } from './trusted-documents.ts';

/** Documents that clients name by a hash instead of sending them. */
export interface PersistedDocuments {
  /**
   * Returns the document that a request names. Undefined if it names none. Throws PERSISTED_QUERY_NOT_FOUND if the client has to send the
   * text, BAD_USER_INPUT if the text has another hash, and UNTRUSTED_DOCUMENT if only trusted documents are run and this is none of them.
   */
  textOf(request: { readonly query?: unknown; readonly extensions?: unknown }): string | undefined;
}

// The only version of the protocol: Apollo's "automatic persisted queries", which urql supports too.
const version = 1;

/** Creates the store: of trusted documents only, if there are any, else of any document that a client has sent. */
export function createPersistedDocuments(trusted: TrustedDocuments | null): PersistedDocuments {
  return trusted === null ? createBrought() : createListed(trusted);
}

/**
 * Stores the documents that clients have sent. Each node has its own store: if it does not know a document, the client sends the text
 * again. Bounded, because anybody can send documents, signed in or not. A document that others displaced is sent again.
 */
function createBrought(): PersistedDocuments {
  const texts = createTextCache<string>((_hash, text) => text);
  return {
    textOf({ query, extensions }) {
      const hash = hashIn(extensions);
      if (hash === undefined) return undefined;
      // A request over graphql-ws must have a query, so an empty one stands for none.
      if (query === undefined || query === null || query === '') return found(texts.get(hash));
      if (typeof query !== 'string' || hashOf(query) !== hash)
        throw refusal('extensions.persistedQuery.sha256Hash must be the SHA-256 of the query in lower-case hexadecimal.');
      texts.set(hash, query);
      return query;
    },
  };
}

/**
 * Serves the documents of a list. A request can name one, or send exactly its text, so clients without persisted documents continue to
 * work.
 */
function createListed(trusted: TrustedDocuments): PersistedDocuments {
  // The text has to be equal, because a file may list a document under any name, even the hash of another.
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
  // Clients recognise this message.
  if (text === undefined) throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
  return text;
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}
