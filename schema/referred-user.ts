import { type GraphQLResolveInfo, Kind } from 'graphql';
import type { User as UserShape } from '../src/user/index.ts';
import type { Context } from './context.ts';
import { presentUser } from './node.ts';

/**
 * Returns the user with an id, as by presentUser. If only the id is selected, nothing is read: this keeps events cheap that go to thousands
 * of clients which have the names already. A selected fragment counts as more than the id.
 */
export function referredUser(context: Context, id: bigint, info: GraphQLResolveInfo): UserShape | Promise<UserShape> {
  // Nothing else of the user is used.
  return asksForIdOnly(info) ? ({ id } as UserShape) : presentUser(context, id);
}

function asksForIdOnly({ fieldNodes }: GraphQLResolveInfo): boolean {
  return fieldNodes.every(({ selectionSet }) =>
    selectionSet?.selections.every(
      (selection) => selection.kind === Kind.FIELD && (selection.name.value === 'id' || selection.name.value === '__typename'),
    ),
  );
}
