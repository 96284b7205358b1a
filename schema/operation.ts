import { type FieldNode, type GraphQLResolveInfo, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import type { Viewer } from '../src/user/index.ts';
import { type Context, requireViewer } from './context.ts';

/**
 * Starts a root field for a signed-in viewer: later reads of the field are not older than those of readFirst. Throws ChatError
 * UNAUTHENTICATED.
 */
export async function beginField(context: Context, info: GraphQLResolveInfo): Promise<Viewer> {
  const viewer = requireViewer(context);
  await readFirst(context, info);
  return viewer;
}

/**
 * Reads the viewer's positions and then the unread totals, if the operation selects them, before everything else in the response. So a
 * client that continues from these positions misses nothing. Root fields of a query run in parallel and share one read. In a mutation or
 * subscription, each field or event has its own. Never rejects.
 */
export function readFirst(context: Context, info: GraphQLResolveInfo): Promise<void> {
  const { scope } = context;
  scope.first ??= (async () => {
    const names = selectedNames(info);
    if (names.has('viewer.positions')) await scope.loaders.positions().catch(leaveToField);
    if (names.has('unread')) await scope.loaders.unreadTotals().catch(leaveToField);
  })();
  return scope.first;
}

/** Ignores a failed read: it fails the field that shows the value, not the mutation or event. */
function leaveToField(): void {}

/**
 * Returns the names of all selected fields at any depth, alone and behind that of the field that they are selected of. Ignores types: a
 * field of the same name elsewhere costs a read, and does no other harm. Documents that follow events select `positions` of StreamReady,
 * though, so that name alone would cost a read of all positions with each event of the account.
 */
function selectedNames({ operation, fieldNodes, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const names = new Set<string>();
  const spread = new Set<string>();
  function visit(set: SelectionSetNode | undefined, of: string): void {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const place = `${of} ${selection.name.value}`;
        if (spread.has(place)) continue;
        spread.add(place);
        visit(fragments[selection.name.value]?.selectionSet, of);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet, of);
      } else {
        names.add(selection.name.value).add(`${of}.${selection.name.value}`);
        visit(selection.selectionSet, selection.name.value);
      }
    }
  }
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  const roots: readonly Pick<FieldNode, 'selectionSet'>[] = isQuery ? [operation] : fieldNodes;
  for (const { selectionSet } of roots) visit(selectionSet, '');
  return names;
}
