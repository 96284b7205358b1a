import { type FieldNode, type GraphQLResolveInfo, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import type { Viewer } from '../src/user/index.ts';
import { type Context, requireViewer } from './context.ts';

/** Begins a root field for a signed-in viewer: nothing it goes on to read is older than what readFirst reads. Throws ChatError UNAUTHENTICATED. */
export async function beginField(context: Context, info: GraphQLResolveInfo): Promise<Viewer> {
  const viewer = requireViewer(context);
  await readFirst(context, info);
  return viewer;
}

/**
 * Reads the viewer's positions, then their unread totals, where the operation selects them, so that nothing in the same response is older: a
 * client that goes on from these positions misses nothing. Root fields run side by side and share one such reading; in a mutation and in a
 * subscription each field or event has its own. Never rejects.
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

/** What could not be read fails the field that shows it, not what has been done or has happened. */
function leaveToField(): void {}

/** Names of all fields at any depth. Types are not looked at: a field of that name elsewhere costs a read, never truth. */
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
