import {
  type Membership as MembershipShape,
  type NotificationLevel as NotificationLevelWord,
  notificationLevels,
} from '../src/group/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Membership } from './membership.ts';

const levels: Record<NotificationLevelWord, { readonly description: string }> = {
  ALL: { description: 'Every message.' },
  MENTIONS: { description: 'Messages that mention them, or everyone.' },
  NONE: { description: 'Nothing.' },
};

const NotificationLevel = builder.enumType('NotificationLevel', {
  description: 'Of what somebody wants to be notified. What waits to be read is counted all the same.',
  values: Object.fromEntries(notificationLevels.map((level) => [level, levels[level]])) as typeof levels,
});

builder.objectField(Membership, 'viewerNotificationLevel', (t) =>
  t.field({
    type: NotificationLevel,
    nullable: true,
    description: 'Of what the viewer wants to be notified there; null on other people’s.',
    resolve: ({ userId, notificationLevel }, _args, context) => (userId === requireViewer(context).userId ? notificationLevel : null),
  }),
);

builder.objectField(Membership, 'viewerSilentUntil', (t) =>
  t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Until when the viewer wants to be notified of nothing there; null, or a moment that has passed: as the level says; null on other people’s.',
    resolve: ({ userId, silentUntil }, _args, context) => (userId === requireViewer(context).userId ? silentUntil : null),
  }),
);

for (const [name, of, description] of [
  ['viewerPinned', 'pinned', 'Whether the viewer has pinned the conversation in their list; null on other people’s.'],
  ['viewerArchived', 'archived', 'Whether the viewer has put the conversation away; null on other people’s.'],
] as const) {
  builder.objectField(Membership, name, (t) =>
    t.boolean({
      nullable: true,
      description,
      resolve: (membership, _args, context) => (membership.userId === requireViewer(context).userId ? membership[of] : null),
    }),
  );
}

const UpdateMembershipInput = builder.inputType('UpdateMembershipInput', {
  description:
    'What to change about one’s own part in which conversation: absent leaves it as it is, null clears it. A notification level, and what is pinned or put away, cannot be cleared.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    notificationLevel: t.field({ type: NotificationLevel, description: 'Of what to be notified.' }),
    silentUntil: t.field({
      type: 'DateTime',
      description: 'Until when to be notified of nothing, which is yet to come; null: as the level says.',
    }),
    pinned: t.boolean({ description: 'Whether to keep it at the top of one’s list.' }),
    archived: t.boolean({ description: 'Whether to put it away, for as long as it is so: new messages do not bring it back.' }),
    nickname: t.string({ description: 'What to be called in this group, 1 to 64 characters; null: by one’s own name.' }),
  }),
});

interface UpdateMembershipShape extends Refusable {
  readonly membership?: MembershipShape | null;
}

const UpdateMembershipPayload = withErrors(
  builder.objectRef<UpdateMembershipShape>('UpdateMembershipPayload').implement({
    description: 'What came of updateMembership.',
    fields: (t) => ({
      membership: t.expose('membership', {
        type: Membership,
        nullable: true,
        description: 'The viewer’s part as it stands; null if it was refused, or they are out by now.',
      }),
    }),
  }),
);

builder.mutationField('updateMembership', (t) =>
  t.field({
    type: UpdateMembershipPayload,
    description:
      'Changes the viewer’s own part in a conversation: how it notifies them and where it stands in their list, which nobody else sees, and what they are called there.',
    args: { input: t.arg({ type: UpdateMembershipInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { conversationId: id, ...part } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const conversationId = inputId('Conversation', id, 'conversationId');
        return { membership: await context.chat.groups.updateOwnPart(viewer, { conversationId, ...part }) };
      }),
  }),
);
