import type { OverseenGroup } from '../../src/group/index.ts';
import type { Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { payloadName } from '../payload-name.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { Group } from './group.ts';

interface GroupPayload extends Refusable {
  readonly group?: OverseenGroup | null;
}

/** Creates the payload type of a mutation on a group. */
export function groupPayload(mutation: string) {
  return withErrors(
    builder.objectRef<GroupPayload>(payloadName(mutation)).implement({
      description: `The payload of \`${mutation}\`.`,
      fields: (t) => ({
        group: t.expose('group', {
          type: Group,
          nullable: true,
          description: 'The group in its current state, or null if the mutation was refused.',
        }),
      }),
    }),
  );
}

/** Runs a mutation on the group that the input names, notes the changes in the audit, and resolves to the group afterwards. */
export function actOnGroup(
  { chat, note }: AdminContext,
  groupId: string,
  act: (groupId: bigint) => Promise<{ readonly before: unknown; readonly after: unknown }>,
) {
  return settle<GroupPayload>(async () => {
    const id = inputId('Conversation', groupId, 'groupId');
    const { before, after } = await act(id);
    note({ before, after });
    const [group = null] = await chat.groupAdministration.byIds([id]);
    return { group };
  });
}
