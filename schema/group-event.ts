import { groupFields } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { Group } from './conversation.ts';
import { conversationEventInterfaces as interfaces } from './conversation-event.ts';
import { loggedTypes } from './event.ts';
import { shareable } from './shareable.ts';

/** What of a group can change. */
const GroupField = builder.enumType('GroupField', { description: 'What of a group was changed.', values: groupFields });

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
