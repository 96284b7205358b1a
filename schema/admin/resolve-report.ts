import type { Decision } from '../../src/moderation/index.ts';
import { builder } from './builder.ts';
import { ModerationItem } from './moderation-item.ts';
import { mutation } from './mutation.ts';

const ModerationDecision = builder.enumType('ModerationDecision', {
  description: 'What to do about an item in the moderation queue.',
  values: {
    DISMISS: { description: 'Nothing.' },
    REMOVE_MESSAGE: { description: 'Recalls the message for everyone. Its place in the conversation stays; its content is removed.' },
    OTHER: { description: 'Nothing here. The note says what was done elsewhere, such as that a user was suspended.' },
  } satisfies Record<Decision, unknown>,
});

mutation('resolveReport', {
  description:
    'Resolves an item in the moderation queue with all its reports. If several admins decide at once, the first decision counts and the others get CONFLICT. Users are not told. They see that a message was recalled, but not by whom.',
  inputDescription: 'The item and the decision.',
  input: (t) => ({
    itemId: t.id({ required: true, description: 'The ID of the item.' }),
    action: t.field({ type: ModerationDecision, required: true, description: 'What to do about the item.' }),
    note: t.string({ description: 'The reason, for other admins: at most 1,000 characters. It is required for OTHER.' }),
  }),
  async act({ itemId, action, note }, { chat, viewer, note: noteInAudit }) {
    const item = await chat.moderation.resolve(viewer.userId, { itemId, action, note });
    noteInAudit({ target: `ModerationItem:${itemId}`, after: { ...item.target, state: item.state, ...item.resolution } });
    return { item };
  },
  payload: (t) => ({
    item: t.expose('item', {
      type: ModerationItem,
      nullable: true,
      description: 'The item in its current state, or null if the mutation was refused.',
    }),
  }),
});
