import type { GenericFieldRef } from '@pothos/core';
import type { Connection, Edge } from '../connection.ts';
import { builder, type Types } from './builder.ts';

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Information about a page of a list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there are items after this page.' }),
    hasPreviousPage: t.boolean({
      description: 'Whether there are items before this page.',
      resolve: ({ hasPreviousPage }) => (typeof hasPreviousPage === 'function' ? hasPreviousPage() : hasPreviousPage),
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first edge, or null if the page is empty.',
      resolve: ({ edges }) => edges[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last edge, or null if the page is empty.',
      resolve: ({ edges }) => edges.at(-1)?.cursor,
    }),
  }),
});

/** Returns the arguments of a list that is read forward. `after` describes the argument of that name, if there is more to say. */
export function forwardArgs(after = 'Returns the items after this cursor.') {
  return builder.args((t) => ({
    first: t.int({ description: 'The number of items to return, from 1 to 100. Defaults to 50.' }),
    after: t.string({ description: after }),
  }));
}

interface ListWords<T> {
  /** Describes an item. */
  readonly of: string;
  /** Describes the list. */
  readonly list: string;
  /** Defines the field `node` of an edge: only the caller knows its type. */
  readonly node: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Edge<T>>) => GenericFieldRef<unknown>;
}

/** Creates the types of a list, `<name>Edge` and `<name>Connection`. Returns the connection. */
export function connectionOf<T>(name: string, { of, list, node }: ListWords<T>): PothosSchemaTypes.ObjectRef<Types, Connection<T>> {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`);
  edge.implement({
    description: `${of} in a list, with its cursor.`,
    fields: (t) => ({
      node: node(t),
      cursor: t.string({ description: 'The cursor of the item, for pagination.', resolve: ({ cursor }) => cursor }),
    }),
  });
  const connection = builder.objectRef<Connection<T>>(`${name}Connection`);
  connection.implement({
    description: `A page of ${list}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The edges of the page, in the order of the list.', resolve: ({ edges }) => edges }),
      pageInfo: t.field({ type: PageInfo, description: 'Information about the page.', resolve: (parent) => parent }),
    }),
  });
  return connection;
}
