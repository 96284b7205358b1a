import type { GroupField as GroupFieldWord } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { shareable } from './shareable.ts';

const words = {
  NAME: { value: 'name', description: 'The name.' },
  DESCRIPTION: { value: 'description', description: 'The description.' },
  ANNOUNCEMENT: { value: 'announcement', description: 'The announcement to the members.' },
  AVATAR_URL: { value: 'avatarUrl', description: 'The URL of the picture.' },
  DATA: { value: 'data', description: 'The custom JSON data.' },
  JOIN_POLICY: { value: 'joinPolicy', description: 'Who may join by themselves.' },
  LISTED: { value: 'listed', description: 'Whether the group is listed in the directory.' },
  HISTORY_FOR_NEWCOMERS: { value: 'history', description: 'What new members may read.' },
  INVITE_POLICY: { value: 'invitePolicy', description: 'Who may add members.' },
  POST_POLICY: { value: 'postPolicy', description: 'Who may send messages.' },
  PIN_POLICY: { value: 'pinPolicy', description: 'Who may pin messages.' },
  MENTION_POLICY: { value: 'mentionPolicy', description: 'Who may mention everyone.' },
  SLOW_MODE_SECONDS: { value: 'slowModeSeconds', description: 'How long a member must wait between messages.' },
  MUTED_UNTIL: { value: 'mutedUntil', description: 'Until when the members are muted.' },
  HISTORY_DAYS: { value: 'historyDays', description: 'For how long the history is kept.' },
  OWNER: { value: 'ownerId', description: 'The owner.' },
} as const satisfies Record<string, { readonly value: GroupFieldWord; readonly description: string }>;

const GroupField = builder.enumType('GroupField', { description: 'A part of a group that was changed.', values: words });

loggedTypes.GroupChanged.implement({
  description: 'The group was changed.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      extensions: shareable,
      type: Group,
      nullable: true,
      description: 'The group in its current state, or null if it no longer exists.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.conversations.get(entry.streamId),
    }),
    changed: t.field({
      extensions: shareable,
      type: [GroupField],
      description: 'What was changed.',
      resolve: ({ entry }) => entry.data.fields,
    }),
  }),
});
