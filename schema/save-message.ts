import type { SavedMessage as SavedShape } from '../src/saved/index.ts';
import type { Edge } from './connection.ts';
import { inputId } from './ids.ts';
import { messageFields } from './message-act.ts';
import { mutation } from './mutation.ts';
import { SavedMessageEdge, savedEdge } from './saved-message.ts';

mutation('saveMessage', {
  description:
    'Saves a message for the viewer only, on all their devices. Saving it again changes the note, but not its place in the list. At most MAX_SAVED_MESSAGES can be saved.',
  input: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message.' }),
    note: t.string({
      description: 'A note for the viewer, up to 1,000 characters. Null or blank removes it. Omit to keep the current one.',
    }),
  }),
  async act(viewer, { messageId, note }, { chat }) {
    return { saved: await chat.saved.save(viewer, { message: inputId('Message', messageId, 'messageId'), note }) };
  },
  payload: (t) => ({
    savedMessageEdge: t.field({
      type: SavedMessageEdge,
      nullable: true,
      description: 'The saved message in the viewer’s list, or null if the mutation was refused.',
      resolve: ({ saved }): Edge<SavedShape> | undefined => saved && savedEdge(saved),
    }),
  }),
});

mutation('unsaveMessage', {
  description: 'Removes a message and its note from the viewer’s saved messages. Changes nothing if it is not saved.',
  input: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
  async act(viewer, { messageId }, { chat }) {
    const message = inputId('Message', messageId, 'messageId');
    await chat.saved.unsave(viewer, message);
    return { message };
  },
  payload: messageFields,
});
