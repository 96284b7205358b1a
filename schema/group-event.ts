import type { GroupField as GroupFieldWord } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { shareable } from './shareable.ts';

/** What of a group can change. */
const fields: Record<GroupFieldWord, { readonly description: string }> = {
  name: { description: 'Its name.' },
  description: { description: 'Its description.' },
  announcement: { description: 'What it announces to its members.' },
  avatarUrl: { description: 'Its picture.' },
  joinPolicy: { description: 'Who may join by themselves.' },
  invitePolicy: { description: 'Who may add members.' },
  postPolicy: { description: 'Who may write.' },
  pinPolicy: { description: 'Who may pin messages.' },
  mentionPolicy: { description: 'Who may mention everyone.' },
  slowModeSeconds: { description: 'How long a member waits between messages.' },
  mutedUntil: { description: 'Until when its members are mute.' },
  ownerId: { description: 'Who owns it.' },
};

const GroupField = builder.enumType('GroupField', { description: 'What of a group was changed.', values: fields });

loggedTypes.GroupChanged.implement({
  description: 'Something about the group was changed.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      extensions: shareable,
      type: Group,
      nullable: true,
      description: 'The group as it stands; null once it is gone.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.conversations.load(entry.streamId),
    }),
    changed: t.field({
      extensions: shareable,
      type: [GroupField],
      description: 'What was changed.',
      resolve: ({ entry }) => entry.data.fields,
    }),
  }),
});
