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
    if (names.has('positions')) await scope.loaders.positions().catch(leaveToField);
    if (names.has('unread')) await scope.loaders.unreadTotals().catch(leaveToField);
  })();
  return scope.first;
}

/** Ignores a failed read: it fails the field that shows the value, not the mutation or event. */
function leaveToField(): void {}

/**
 * Returns the names of all selected fields at any depth. Ignores types: a field of the same name elsewhere costs a read, and does no other
 * harm.
 */
function selectedNames({ operation, fieldNodes, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const names = new Set<string>();
  const spread = new Set<string>();
  function visit(set: SelectionSetNode | undefined): void {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        visit(fragments[selection.name.value]?.selectionSet);
        continue;
      }
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      visit(selection.selectionSet);
    }
  }
  const roots: readonly Pick<FieldNode, 'selectionSet'>[] = operation.operation === OperationTypeNode.QUERY ? [operation] : fieldNodes;
  for (const { selectionSet } of roots) visit(selectionSet);
  return names;
}
