import { builder } from './builder.ts';
import { Message } from './message.ts';
import { shareable } from './shareable.ts';
import { User } from './user.ts';

builder.objectFields(Message, (t) => ({
  mentions: t.field({
    extensions: shareable,
    type: [User],
    description: 'The users whom the message mentions by name.',
    async resolve({ mentionIds }, _args, { scope }) {
      const users = await Promise.all(mentionIds.map((id) => scope.loaders.users.load(id)));
      return users.filter((user) => user !== null);
    },
  }),
  mentionsEveryone: t.exposeBoolean('mentionsEveryone', {
    extensions: shareable,
    description: 'Whether the message mentions everyone in the conversation.',
  }),
}));
