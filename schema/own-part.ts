import type { NotificationLevel as NotificationLevelWord } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';
import { mutation } from './mutation.ts';

const levels: Record<NotificationLevelWord, { readonly description: string }> = {
  ALL: { description: 'Every message.' },
  MENTIONS: { description: 'Only messages that mention the user or everyone.' },
  NONE: { description: 'No messages.' },
};

const NotificationLevel = builder.enumType('NotificationLevel', {
  description: 'Which messages of a conversation a user is notified of. Unread messages are counted in any case.',
  values: levels,
});

builder.objectField(Membership, 'viewerNotificationLevel', (t) =>
  t.field({
    type: NotificationLevel,
    nullable: true,
    description: 'The viewer’s notification level for the conversation, or null on other users’ memberships.',
    resolve: ({ userId, notificationLevel }, _args, context) => (userId === requireViewer(context).userId ? notificationLevel : null),
  }),
);

builder.objectField(Membership, 'viewerSilentUntil', (t) =>
  t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'The time until which the viewer is notified of nothing in the conversation. If null or past, `viewerNotificationLevel` applies. Always null on other users’ memberships.',
    resolve: ({ userId, silentUntil }, _args, context) => (userId === requireViewer(context).userId ? silentUntil : null),
  }),
);

for (const [name, of, description] of [
  ['viewerPinned', 'pinned', 'Whether the viewer has pinned the conversation in their list, or null on other users’ memberships.'],
  ['viewerArchived', 'archived', 'Whether the viewer has archived the conversation, or null on other users’ memberships.'],
] as const) {
  builder.objectField(Membership, name, (t) =>
    t.boolean({
      nullable: true,
      description,
      resolve: (membership, _args, context) => (membership.userId === requireViewer(context).userId ? membership[of] : null),
    }),
  );
}

mutation('updateMembership', {
  description:
    'Changes the viewer’s own membership in a conversation: its notifications and its place in their list, which nobody else sees, and their nickname.',
  inputDescription:
    'The input of `updateMembership`. Omitted fields keep their values; null clears them. `notificationLevel`, `pinned` and `archived` cannot be cleared.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    notificationLevel: t.field({ type: NotificationLevel, description: 'Which messages to be notified of.' }),
    silentUntil: t.field({
      type: 'DateTime',
      description: 'The time until which to be notified of nothing. It must be in the future. With null, `notificationLevel` applies.',
    }),
    pinned: t.boolean({ description: 'Whether to keep the conversation at the top of the viewer’s list.' }),
    archived: t.boolean({ description: 'Whether to archive the conversation. It stays archived when new messages arrive.' }),
    nickname: t.string({
      description:
        'The viewer’s nickname in this group, 1 to 64 characters. Null removes it, so that the viewer goes by their display name.',
    }),
  }),
  async act(viewer, { conversationId: id, ...part }, { chat }) {
    const conversationId = inputId('Conversation', id, 'conversationId');
    return { membership: await chat.groups.updateOwnPart(viewer, { conversationId, ...part }) };
  },
  payload: (t) => ({
    membership: t.expose('membership', {
      type: Membership,
      nullable: true,
      description:
        'The viewer’s membership in its current state. Null if the mutation was refused, or if the viewer is no longer a member.',
    }),
  }),
});
