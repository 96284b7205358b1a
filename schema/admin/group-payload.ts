import type { OverseenGroup } from '../../src/group/index.ts';
import { inputId } from '../ids.ts';
import type { AdminContext } from './context.ts';
import { Group } from './group.ts';
import type { PayloadBuilder } from './mutation.ts';

/** The payload of a mutation on a group. */
export function groupFields(t: PayloadBuilder<{ readonly group: OverseenGroup | null }>) {
  return {
    group: t.expose('group', {
      type: Group,
      nullable: true,
      description: 'The group in its current state, or null if the mutation was refused.',
    }),
  };
}

/** Runs an act on the group that an input names, notes the changes in the audit, and resolves to the group afterwards. */
export async function actOnGroup(
  { chat, note }: AdminContext,
  groupId: string,
  act: (groupId: bigint) => Promise<{ readonly before: unknown; readonly after: unknown }>,
) {
  const id = inputId('Conversation', groupId, 'groupId');
  const { before, after } = await act(id);
  note({ before, after });
  const [group = null] = await chat.groupAdministration.byIds([id]);
  return { group };
}
