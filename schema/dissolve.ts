import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';

mutation('dissolveGroup', {
  description:
    'Dissolves a group for everyone, immediately and permanently. Only the owner can do this. The other members’ devices receive `ConversationClosed` within moments, in a large group within about a minute.',
  input: (t) => ({ groupId: t.id({ required: true, description: 'The ID of the group.' }) }),
  async act(viewer, input, { chat }) {
    const groupId = inputId('Conversation', input.groupId, 'groupId');
    await chat.groups.dissolve(viewer, { groupId });
    return { groupId: formatId('Conversation', groupId) };
  },
  payload: (t) => ({
    groupId: t.exposeID('groupId', {
      nullable: true,
      description: 'The ID of the dissolved group, or null if the mutation was refused.',
    }),
  }),
});
