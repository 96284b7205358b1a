import type { GenericFieldRef } from '@pothos/core';
import type { Connection, Edge } from '../connection.ts';
import { builder, type Types } from './builder.ts';

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether the list goes on after this page.' }),
    hasPreviousPage: t.boolean({
      description: 'Whether the list holds anything before this page.',
      resolve: ({ hasPreviousPage }) => (typeof hasPreviousPage === 'function' ? hasPreviousPage() : hasPreviousPage),
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first edge; null on an empty page.',
      resolve: ({ edges }) => edges[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last edge; null on an empty page.',
      resolve: ({ edges }) => edges.at(-1)?.cursor,
    }),
  }),
});

interface ListWords<T> {
  /** Describes an item. */
  readonly of: string;
  /** Describes the list. */
  readonly list: string;
  /** The field `node` of an edge: only the caller knows its type. */
  readonly node: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Edge<T>>) => GenericFieldRef<unknown>;
}

/** Makes the two types of a list, `<name>Edge` and `<name>Connection`; answers the latter. */
export function connectionOf<T>(name: string, { of, list, node }: ListWords<T>): PothosSchemaTypes.ObjectRef<Types, Connection<T>> {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`);
  edge.implement({
    description: `${of} in a list, with its place there.`,
    fields: (t) => ({
      node: node(t),
      cursor: t.string({ description: 'The place in the list, to page on from.', resolve: ({ cursor }) => cursor }),
    }),
  });
  const connection = builder.objectRef<Connection<T>>(`${name}Connection`);
  connection.implement({
    description: `A page of ${list}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'What is on the page, in the order of the list.', resolve: ({ edges }) => edges }),
      pageInfo: t.field({ type: PageInfo, description: 'Where the page lies in the list.', resolve: (parent) => parent }),
    }),
  });
  return connection;
}
