import type { GenericFieldRef } from '@pothos/core';
import { builder, type Types } from './builder.ts';
import { formatCursor, type Order } from './cursors.ts';
import { type ForwardArgs, type ForwardPage, forwardPage } from './page.ts';
import { shareable } from './shareable.ts';

/** An item in a list, with its cursor. */
export interface Edge<T> {
  readonly node: T;
  readonly cursor: string;
}

/** A page of a list. A flag that costs a read is a function, which is called only if the flag is selected. */
export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean | (() => Promise<boolean>);
  /** The cursor to continue from, if it is not that of the last edge: a search may have read on without a match. */
  readonly endCursor?: string | undefined;
}

/** An empty page of an empty list. */
export const emptyPage = { edges: [], hasNextPage: false, hasPreviousPage: false } as const;

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Information about a page of a list. Both flags are accurate at the moment of reading.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether there are items after this page. In a search for messages or members, whether there is more to search through.',
    }),
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
      description:
        'The cursor of the last edge, or null if the page is empty. In a search for messages or members, it marks where the search continues, even if the page is empty.',
      resolve: ({ edges, endCursor }) => endCursor ?? edges.at(-1)?.cursor,
    }),
  }),
});

/** The two types of a list, `<name>Edge` and `<name>Connection`. */
export interface ConnectionRefs<T, C extends Connection<T>> {
  readonly edge: PothosSchemaTypes.ObjectRef<Types, Edge<T>>;
  readonly connection: PothosSchemaTypes.ObjectRef<Types, C>;
}

interface ListWords<T> {
  /** Describes an item. */
  readonly of: string;
  /** Describes the list. */
  readonly list: string;
  /** Defines the field `node` of an edge: only the caller knows its type. */
  readonly node: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Edge<T>>) => GenericFieldRef<unknown>;
}

/** Creates the types of a list. */
export function connectionOf<T, C extends Connection<T> = Connection<T>>(
  name: string,
  { of, list, node }: ListWords<T>,
): ConnectionRefs<T, C> {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`);
  edge.implement({
    description: `${of} in a list, with its cursor.`,
    fields: (t) => ({
      node: node(t),
      cursor: t.string({ extensions: shareable, description: 'The cursor of the item, for pagination.', resolve: ({ cursor }) => cursor }),
    }),
  });
  const connection = builder.objectRef<C>(`${name}Connection`);
  connection.implement({
    description: `A page of ${list}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The edges of the page, in the order of the list.', resolve: ({ edges }) => edges }),
      pageInfo: t.field({ type: PageInfo, description: 'Information about the page.', resolve: (parent) => parent }),
    }),
  });
  return { edge, connection };
}

/** Returns the arguments of a list that is read forward. `after` describes the argument of that name, if there is more to say. */
export function forwardArgs(after = 'Returns the items after this cursor.') {
  return builder.args((t) => ({
    first: t.int({ description: 'The number of items to return, from 1 to 100. Defaults to 50.' }),
    after: t.string({ description: after }),
  }));
}

interface Listing<I extends { readonly key: string }, T> {
  readonly order: Order;
  /** Reads a part of the list: at most `first` items after the key `after`. */
  readonly read: (page: ForwardPage) => Promise<{ readonly items: readonly I[]; readonly hasNextPage: boolean }>;
  readonly node: (item: I) => T | Promise<T>;
}

/** Reads the page of a forward list that the arguments select. Throws ChatError BAD_USER_INPUT if an argument is out of bounds. */
export async function forwardConnection<I extends { readonly key: string }, T>(
  args: ForwardArgs,
  { order, read, node }: Listing<I, T>,
): Promise<Connection<T>> {
  const page = forwardPage(order, args);
  const { items, hasNextPage } = await read(page);
  const edges = await Promise.all(items.map(async (item) => ({ node: await node(item), cursor: formatCursor(order, item.key) })));
  /** Compares with the list's first item, because the item of the `after` cursor may have left the list. */
  async function hasPreviousPage(): Promise<boolean> {
    const [head] = (await read({ first: 1, after: undefined })).items;
    return head !== undefined && head.key !== items[0]?.key;
  }
  return { edges, hasNextPage, hasPreviousPage: page.after === undefined ? false : hasPreviousPage };
}
