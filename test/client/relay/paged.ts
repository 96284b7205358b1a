import {
  type ConcreteRequest,
  createOperationDescriptor,
  type Direction,
  type Environment,
  fetchQuery,
  getPaginationMetadata,
  getPaginationVariables,
  getRefetchMetadata,
  getSingularSelector,
  getValueAtPath,
  type ReaderFragment,
  type Variables,
} from 'relay-runtime';
import { onTestFinished } from 'vitest';

/** A list in the store. */
interface List<N> {
  readonly __id: string;
  readonly edges: readonly { readonly node: N }[];
  readonly pageInfo: {
    readonly startCursor: string | null;
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}

/** A list on a page, as a component with `usePaginationFragment` has it, without React. */
export interface Paged<N> {
  /** The id of the connection, for `connections`. */
  readonly id: string;
  nodes(): readonly N[];
  /** Whether there are more nodes in this direction. */
  has(direction: Direction): boolean;
  /** Reads more nodes, as `loadNext` and `loadPrevious` do. */
  more(direction: Direction, count: number): Promise<void>;
}

/** A query, the field of it that has the fragment, and the fragment that has the list. */
export interface Shown {
  readonly query: ConcreteRequest;
  readonly variables: Variables;
  readonly field: string;
  readonly fragment: ReaderFragment;
}

/** Runs a query and keeps a list of it until the test ends. */
export async function page<N>(environment: Environment, { query, variables, field, fragment }: Shown): Promise<Paged<N>> {
  await fetchQuery(environment, query, variables).toPromise();
  const operation = createOperationDescriptor(query, variables);
  const retained = environment.retain(operation);
  onTestFinished(() => retained.dispose());
  const selector = getSingularSelector(fragment, Object(environment.lookup(operation.fragment).data)[field]);
  const { paginationMetadata, paginationRequest, connectionPathInFragmentData } = getPaginationMetadata(fragment, 'a list');
  const { identifierInfo } = getRefetchMetadata(fragment, 'a list');
  const list = (): List<N> => getValueAtPath(environment.lookup(selector).data, connectionPathInFragmentData);
  return {
    id: list().__id,
    nodes: () => list().edges.map(({ node }) => node),
    has: (direction) => list().pageInfo[direction === 'forward' ? 'hasNextPage' : 'hasPreviousPage'],
    async more(direction, count) {
      const { startCursor, endCursor } = list().pageInfo;
      const cursor = direction === 'forward' ? endCursor : startCursor;
      const base = { ...operation.request.variables, ...selector.variables };
      const placed = getPaginationVariables(direction, count, cursor, base, {}, paginationMetadata);
      if (identifierInfo) placed[identifierInfo.identifierQueryVariableName] = selector.dataID;
      await fetchQuery(environment, paginationRequest, placed, { networkCacheConfig: { force: true } }).toPromise();
    },
  };
}
