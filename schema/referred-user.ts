import { type GraphQLResolveInfo, Kind } from 'graphql';
import type { User as UserShape } from '../src/user/index.ts';
import type { Context } from './context.ts';
import { presentUser } from './node.ts';

/**
 * The user by their id, as presentUser; where no more is asked of them than that id nobody is read: for what is told of thousands, by clients that have
 * their names already. What a fragment asks for counts as more.
 */
export function referredUser(context: Context, id: bigint, info: GraphQLResolveInfo): UserShape | Promise<UserShape> {
  // Nothing else of it is ever looked at.
  return asksForIdOnly(info) ? ({ id } as UserShape) : presentUser(context, id);
}

function asksForIdOnly({ fieldNodes }: GraphQLResolveInfo): boolean {
  return fieldNodes.every(({ selectionSet }) =>
    selectionSet?.selections.every(
      (selection) => selection.kind === Kind.FIELD && (selection.name.value === 'id' || selection.name.value === '__typename'),
    ),
  );
}
