import type { GroupField as GroupFieldWord } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { shareable } from './shareable.ts';

const words = {
  NAME: { value: 'name', description: 'Its name.' },
  DESCRIPTION: { value: 'description', description: 'Its description.' },
  ANNOUNCEMENT: { value: 'announcement', description: 'What it announces to its members.' },
  AVATAR_URL: { value: 'avatarUrl', description: 'Its picture.' },
  DATA: { value: 'data', description: 'What clients have put on it.' },
  JOIN_POLICY: { value: 'joinPolicy', description: 'Who may join by themselves.' },
  LISTED: { value: 'listed', description: 'Whether anybody may find it in the directory.' },
  HISTORY_FOR_NEWCOMERS: { value: 'history', description: 'What newcomers may read.' },
  INVITE_POLICY: { value: 'invitePolicy', description: 'Who may add members.' },
  POST_POLICY: { value: 'postPolicy', description: 'Who may write.' },
  PIN_POLICY: { value: 'pinPolicy', description: 'Who may pin messages.' },
  MENTION_POLICY: { value: 'mentionPolicy', description: 'Who may mention everyone.' },
  SLOW_MODE_SECONDS: { value: 'slowModeSeconds', description: 'How long a member waits between messages.' },
  MUTED_UNTIL: { value: 'mutedUntil', description: 'Until when its members are mute.' },
  OWNER: { value: 'ownerId', description: 'Who owns it.' },
} as const satisfies Record<string, { readonly value: GroupFieldWord; readonly description: string }>;

const GroupField = builder.enumType('GroupField', { description: 'What of a group was changed.', values: words });

loggedTypes.GroupChanged.implement({
  description: 'Something about the group was changed.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      extensions: shareable,
      type: Group,
      nullable: true,
      description: 'The group as it stands; null once it is gone.',
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
