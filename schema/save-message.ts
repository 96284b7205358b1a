import type { SavedMessage as SavedShape } from '../src/saved/index.ts';
import { builder } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { actOn, messagePayload } from './message-act.ts';
import { SavedMessageEdge, savedEdge } from './saved-message.ts';

const SaveMessageInput = builder.inputType('SaveMessageInput', {
  description: 'The input of `saveMessage`.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The ID of the message.' }),
    note: t.string({
      description: 'A note for the viewer, up to 1,000 characters. Null or blank removes it. Omit to keep the current one.',
    }),
  }),
});

interface SaveMessageShape extends Refusable {
  readonly saved?: SavedShape;
}

const SaveMessagePayload = withErrors(
  builder.objectRef<SaveMessageShape>('SaveMessagePayload').implement({
    description: 'The payload of `saveMessage`.',
    fields: (t) => ({
      savedMessageEdge: t.field({
        type: SavedMessageEdge,
        nullable: true,
        description: 'The saved message in the viewer’s list, or null if the mutation was refused.',
        resolve: ({ saved }): Edge<SavedShape> | undefined => saved && savedEdge(saved),
      }),
    }),
  }),
);

builder.mutationField('saveMessage', (t) =>
  t.field({
    type: SaveMessagePayload,
    description:
      'Saves a message for the viewer only, on all their devices. Saving it again changes the note, but not its place in the list. At most MAX_SAVED_MESSAGES can be saved.',
    args: { input: t.arg({ type: SaveMessageInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { messageId, note } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { saved: await context.chat.saved.save(viewer, { message: inputId('Message', messageId, 'messageId'), note }) };
      }),
  }),
);

const UnsaveMessageInput = builder.inputType('UnsaveMessageInput', {
  description: 'The input of `unsaveMessage`.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'The ID of the message.' }) }),
});

const UnsaveMessagePayload = messagePayload('unsaveMessage');

builder.mutationField('unsaveMessage', (t) =>
  t.field({
    type: UnsaveMessagePayload,
    description: 'Removes a message and its note from the viewer’s saved messages. Changes nothing if it is not saved.',
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
