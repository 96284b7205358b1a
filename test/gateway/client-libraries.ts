import {
  ApolloClient,
  type ApolloLink,
  CombinedGraphQLErrors,
  CombinedProtocolErrors,
  gql,
  HttpLink,
  InMemoryCache,
  setLogVerbosity,
} from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type CombinedError, fetchExchange, subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient, type Client as SocketClient, type Sink as SocketSink } from 'graphql-ws';

type Fields = Record<string, unknown>;

/** What a client does with the results of a subscription. */
export interface Sink<T> {
  next(data: T): void;
  /** The reason of the end: the code of an error or of a closed socket, or null if the subscription completed. */
  end(code: string | number | null): void;
}

/** A client that uses a third-party library as its documentation says. */
export interface LibraryClient {
  /** Runs a query or mutation. Throws the library’s error if it is refused. */
  ask<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V): Promise<T>;
  /** Begins a subscription. Returns a function that ends it. */
  follow<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V, sink: Sink<T>): () => void;
  /** Closes its connections. */
  close(): void;
}

/** The address, user and fetch of a client. */
export interface Going {
  readonly url: string;
  readonly token: string | null;
  readonly fetch: typeof fetch;
}

/** Makes a client. Requests what the library must know of the schema. */
export type Library = (going: Going) => Promise<LibraryClient>;

/** Apollo Client with only its HttpLink: subscriptions are multipart responses. */
export const apolloOverHttp: Library = ({ url, token, fetch }) =>
  apollo(new HttpLink({ uri: url, headers: bearer(token), fetch }), () => undefined);

/** Apollo Client with everything on one socket. */
export const apolloOverSocket: Library = (going) => {
  const socket = socketClient(going);
  return apollo(new GraphQLWsLink(socket), () => void socket.dispose());
};

/** urql with only its fetchExchange: subscriptions are server-sent events. */
export const urqlOverHttp: Library = async ({ url, token, fetch }) =>
  urql(
    new UrqlClient({ url, fetch, exchanges: [fetchExchange], fetchSubscriptions: true, fetchOptions: { headers: bearer(token) } }),
    () => undefined,
  );

/** urql with subscriptions on a socket. */
export const urqlOverSocket: Library = async (going) => {
  const { url, token, fetch } = going;
  const socket = socketClient(going);
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink as SocketSink) }),
    }),
  });
  return urql(
    new UrqlClient({ url, fetch, exchanges: [fetchExchange, subscriptions], fetchOptions: { headers: bearer(token) } }),
    () => void socket.dispose(),
  );
};

/** graphql-sse with one connection for each operation, all of which are server-sent events. */
export const graphqlSse: Library = async ({ url, token, fetch }) => {
  const client = createSseClient({ url, headers: bearer(token), fetchFn: fetch, retryAttempts: 0 });
  return {
    async ask<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V) {
      const { value } = await client.iterate<T>({ query: print(document), variables }).next();
      return wanted<T>(value?.data, value?.errors);
    },
    follow<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V, sink: Sink<T>) {
      let code: string | null = null;
      return client.subscribe<T>(
        { query: print(document), variables },
        {
          next({ data, errors }) {
            if (errors) code = codeOf(errors);
            else sink.next(wanted<T>(data));
          },
          error: (error) => sink.end(String(error)),
          complete: () => sink.end(code),
        },
      );
    },
    close: () => client.dispose(),
  };
};

// In development Apollo warns each time that the error which ends a subscription has no data.
setLogVerbosity('silent');

/** Apollo Client with a cache that takes in events. */
export async function apolloClient(link: ApolloLink): Promise<ApolloClient> {
  const cache = new InMemoryCache({ typePolicies: { Subscription: { fields: { events: { merge: false } } } } });
  const client = new ApolloClient({ cache, link });
  const { data } = await client.query({ query: abstractTypes, fetchPolicy: 'no-cache' });
  for (const { name, possibleTypes } of data?.__schema.types ?? [])
    if (possibleTypes) cache.policies.addPossibleTypes({ [name]: possibleTypes.map((type) => type.name) });
  return client;
}

async function apollo(link: ApolloLink, close: () => void): Promise<LibraryClient> {
  const client = await apolloClient(link);
  return {
    async ask<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V) {
      const isMutation = document.definitions.some((part) => part.kind === 'OperationDefinition' && part.operation === 'mutation');
      if (isMutation) return wanted<T>((await client.mutate<T, Fields>({ mutation: document, variables })).data);
      return wanted<T>((await client.query<T, Fields>({ query: document, variables, fetchPolicy: 'network-only' })).data);
    },
    follow<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V, sink: Sink<T>) {
      let code: string | number | null = null;
      const following = client.subscribe<T, Fields>({ query: document, variables }).subscribe({
        next({ data, error }) {
          if (error) code = codeOfApollo(error);
          else sink.next(wanted<T>(data as T));
        },
        complete: () => sink.end(code),
      });
      return () => following.unsubscribe();
    },
    close() {
      client.stop();
      close();
    },
  };
}

interface AbstractTypes {
  readonly __schema: {
    readonly types: readonly { readonly name: string; readonly possibleTypes: readonly { readonly name: string }[] | null }[];
  };
}

const abstractTypes: TypedDocumentNode<AbstractTypes> = gql`
  query {
    __schema {
      types {
        name
        possibleTypes {
          name
        }
      }
    }
  }
`;

function codeOfApollo(error: unknown): string | number {
  if (CombinedProtocolErrors.is(error) || CombinedGraphQLErrors.is(error)) return codeOf(error.errors);
  // The code of a closed socket is in the text only.
  const [, code] = /^Socket closed with event (\d+)/.exec(String(Object(error).message)) ?? [];
  return code === undefined ? String(error) : Number(code);
}

function urql(client: UrqlClient, close: () => void): LibraryClient {
  return {
    async ask<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V) {
      const isMutation = document.definitions.some((part) => part.kind === 'OperationDefinition' && part.operation === 'mutation');
      const { data, error } = await (isMutation ? client.mutation(document, variables) : client.query(document, variables)).toPromise();
      if (error) throw error;
      return wanted<T>(data);
    },
    follow<T, V extends Fields>(document: TypedDocumentNode<T, V>, variables: V, sink: Sink<T>) {
      let ended = false;
      const { unsubscribe } = client.subscription<T, V>(document, variables).subscribe(({ data, error, hasNext }) => {
        // The result at the end repeats the last event.
        if (hasNext && !error) sink.next(wanted<T>(data));
        else if (!ended) sink.end(error ? codeOfUrql(error) : null);
        ended ||= error !== undefined || !hasNext;
      });
      return unsubscribe;
    },
    close,
  };
}

function codeOfUrql({ graphQLErrors, networkError }: CombinedError): string | number {
  if (graphQLErrors.length > 0) return codeOf(graphQLErrors);
  const { code } = Object(networkError);
  return typeof code === 'number' ? code : String(networkError);
}

function socketClient({ url, token }: Going): SocketClient {
  return createSocketClient({ url: url.replace('http', 'ws'), connectionParams: bearer(token), retryAttempts: 0 });
}

function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function codeOf([first]: readonly { readonly extensions?: { readonly [name: string]: unknown } }[]): string {
  return String(first?.extensions?.['code']);
}

function wanted<T>(data: T | null | undefined, errors?: unknown): T {
  if (data === null || data === undefined || errors !== undefined) throw new Error(`no data, but ${JSON.stringify(errors)}`);
  return data;
}
