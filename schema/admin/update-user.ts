import { mutation } from './mutation.ts';
import { actOn, userFields } from './user-payload.ts';

mutation('updateUser', {
  description:
    'Changes the profile of a user or bot, on all nodes at once. Their previous handle is kept for them, as if they had changed it themselves. Refused with CONFLICT if the handle belongs to another user, and for an admin: use the command line.',
  inputDescription: 'The changes to a user. An omitted field stays unchanged, and null clears it.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the user.' }),
    handle: t.string({ description: 'The handle: 3 to 32 of `a-z 0-9 _ . -`. If null, it stays as it is.' }),
    displayName: t.string({ description: 'The display name: 1 to 64 characters. If null, it becomes the handle.' }),
    avatarUrl: t.string({ description: 'The profile picture: an http or https URL of up to 2,048 characters.' }),
    bio: t.string({ description: 'The bio: up to 1,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description: 'Custom JSON data for clients: an object of up to 1,024 bytes. It replaces the existing data.',
    }),
  }),
  act: ({ userId, ...change }, context) =>
    actOn(context, userId, async (id) => {
      context.note(await context.chat.administration.update(context.viewer.userId, { userId: id, ...change }));
    }),
  payload: userFields,
});
