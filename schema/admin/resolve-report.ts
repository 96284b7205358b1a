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
  description: 'What to do about an item of the moderation queue.',
  values: {
    DISMISS: { description: 'Nothing.' },
    REMOVE_MESSAGE: { description: 'Take the message back, for everyone: its place stays, and nothing of what it said.' },
    OTHER: { description: 'Nothing here: what was done elsewhere is in the note, such as that somebody was suspended.' },
  } satisfies Record<Decision, unknown>,
});

const ResolveReportInput = builder.inputType('ResolveReportInput', {
  description: 'What to decide.',
  fields: (t) => ({
    itemId: t.id({ required: true, description: 'The item.' }),
    action: t.field({ type: ModerationDecision, required: true, description: 'What to do.' }),
    note: t.string({ description: 'Why, for other admins: at most 1,000 characters. OTHER needs one.' }),
  }),
});

const ResolveReportPayload = withErrors(
  builder.objectRef<ResolveReportShape>('ResolveReportPayload').implement({
    description: 'What came of resolveReport.',
    fields: (t) => ({
      item: t.expose('item', { type: ModerationItem, nullable: true, description: 'The item as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('resolveReport', (t) =>
  t.field({
    type: ResolveReportPayload,
    description:
      'Decides on an item of the moderation queue, for all that is said of it. Of several admins who decide at once the first has decided: the others get CONFLICT. Users are not told, but see that a message was taken back, by nobody among them.',
    args: { input: t.arg({ type: ResolveReportInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { itemId, action, note } }, { chat, viewer, note: noteInAudit }) =>
      settle<ResolveReportShape>(async () => {
        const item = await chat.moderation.resolve(viewer.userId, { itemId, action, note });
        noteInAudit({ target: `ModerationItem:${itemId}`, after: { ...item.target, state: item.state, ...item.resolution } });
        return { item };
      }),
  }),
);
