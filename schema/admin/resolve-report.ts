import type { Decision } from '../../src/moderation/index.ts';
import type { Item } from '../../src/queue/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { ModerationItem } from './moderation-item.ts';

interface ResolveReportShape extends Refusable {
  readonly item?: Item;
}

const ModerationDecision = builder.enumType('ModerationDecision', {
  description: 'What to do about an item in the moderation queue.',
  values: {
    DISMISS: { description: 'Nothing.' },
    REMOVE_MESSAGE: { description: 'Recalls the message for everyone. Its place in the conversation stays; its content is removed.' },
    OTHER: { description: 'Nothing here. The note says what was done elsewhere, such as that a user was suspended.' },
  } satisfies Record<Decision, unknown>,
});

const ResolveReportInput = builder.inputType('ResolveReportInput', {
  description: 'The item and the decision.',
  fields: (t) => ({
    itemId: t.id({ required: true, description: 'The ID of the item.' }),
    action: t.field({ type: ModerationDecision, required: true, description: 'What to do about the item.' }),
    note: t.string({ description: 'The reason, for other admins: at most 1,000 characters. It is required for OTHER.' }),
  }),
});

const ResolveReportPayload = withErrors(
  builder.objectRef<ResolveReportShape>('ResolveReportPayload').implement({
    description: 'The payload of `resolveReport`.',
    fields: (t) => ({
      item: t.expose('item', {
        type: ModerationItem,
        nullable: true,
        description: 'The item in its current state, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('resolveReport', (t) =>
  t.field({
    type: ResolveReportPayload,
    description:
      'Resolves an item in the moderation queue with all its reports. If several admins decide at once, the first decision counts and the others get CONFLICT. Users are not told. They see that a message was recalled, but not by whom.',
    args: { input: t.arg({ type: ResolveReportInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { itemId, action, note } }, { chat, viewer, note: noteInAudit }) =>
      settle<ResolveReportShape>(async () => {
        const item = await chat.moderation.resolve(viewer.userId, { itemId, action, note });
        noteInAudit({ target: `ModerationItem:${itemId}`, after: { ...item.target, state: item.state, ...item.resolution } });
        return { item };
      }),
  }),
);
