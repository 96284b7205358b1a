import type { SavedMessage as SavedShape } from '../src/saved/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { actOn, messagePayload } from './message-act.ts';
import { SavedMessageEdge, savedEdge } from './saved-message.ts';

const SaveMessageInput = builder.inputType('SaveMessageInput', {
  description: 'What to find again.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    note: t.string({ description: 'What to note with it, up to 1,000 characters; null or blank: nothing; absent: as it stands.' }),
  }),
});

interface SaveMessageShape extends Refusable {
  readonly saved?: SavedShape;
}

const SaveMessagePayload = withErrors(
  builder.objectRef<SaveMessageShape>('SaveMessagePayload').implement({
    description: 'What came of saveMessage.',
    fields: (t) => ({
      savedMessageEdge: t.field({
        type: SavedMessageEdge,
        nullable: true,
        description: 'The message in the viewer’s list; null if it was refused.',
        resolve: ({ saved }): Edge<SavedShape> | undefined => saved && savedEdge(saved),
      }),
    }),
  }),
);

builder.mutationField('saveMessage', (t) =>
  t.field({
    type: SaveMessagePayload,
    description:
      'Saves a message for the viewer alone, on all their devices. Once more it changes the note, and not the place in the list. At most MAX_SAVED_MESSAGES are saved.',
    args: { input: t.arg({ type: SaveMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, note } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { saved: await context.chat.saved.save(viewer, { message: inputId('Message', messageId, 'messageId'), note }) };
      }),
  }),
);

const UnsaveMessageInput = builder.inputType('UnsaveMessageInput', {
  description: 'What is not to be kept any more.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
});

const UnsaveMessagePayload = messagePayload('unsaveMessage');

builder.mutationField('unsaveMessage', (t) =>
  t.field({
    type: UnsaveMessagePayload,
    description: 'Takes a message out of what the viewer has saved, with its note; where it is not there nothing changes.',
    args: { input: t.arg({ type: UnsaveMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId } }, context, info) =>
      actOn(context, info, {
        messageId,
        async act(viewer, message) {
          await context.chat.saved.unsave(viewer, message);
          return message;
        },
      }),
  }),
);
