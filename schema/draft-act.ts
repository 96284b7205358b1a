import type { DraftAt, Draft as DraftShape, DraftWord } from '../src/draft/index.ts';
import { builder, type Types } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { DraftEdge, draftEdge } from './draft.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';

interface DraftActShape extends Refusable {
  readonly word?: DraftWord;
}

function draftPayload(mutation: string) {
  return withErrors(
    builder.objectRef<DraftActShape>(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`).implement({
      description: `What came of ${mutation}.`,
      fields: (t) => ({
        draftEdge: t.field({
          type: DraftEdge,
          nullable: true,
          description:
            'What stands there by now, in the viewer’s list: by this, or by what was written later. Null if there is none, or it was refused.',
          resolve: ({ word }): Edge<DraftShape> | null => (word?.draft ? draftEdge(word.draft) : null),
        }),
        writtenAt: t.field({
          type: 'DateTime',
          nullable: true,
          description:
            'When that was written which stands, or by which there is no draft: if it is not the `writtenAt` of the input, nothing has changed. Null if it was refused.',
          resolve: ({ word }) => word?.writtenAt,
        }),
      }),
    }),
  );
}

function placeFields(t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) {
  return {
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    threadRootId: t.id({ description: 'The message in whose thread it is written, or any reply there; of the same conversation.' }),
    writtenAt: t.field({
      type: 'DateTime',
      required: true,
      description:
        'Now, by the device’s clock, or a millisecond after the latest `writtenAt` that it knows of there, whichever is later. What is not later than what stands changes nothing.',
    }),
  };
}

const SaveDraftInput = builder.inputType('SaveDraftInput', {
  description: 'What is written so far, and where.',
  fields: (t) => ({
    ...placeFields(t),
    text: t.string({
      required: true,
      description: 'It, to the letter, as long as a message may be; blank only with one of the two below.',
    }),
    replyToId: t.id({ description: 'The message it answers, of the same conversation.' }),
    data: t.field({
      type: 'JSONObject',
      description:
        'What the client keeps with it, such as who is mentioned and what is attached: at most MAX_DATA_BYTES of JSON, ten levels deep.',
    }),
  }),
});

interface PlaceInput {
  readonly conversationId: string;
  readonly threadRootId?: string | null | undefined;
  readonly writtenAt: Date;
}

function readPlace({ conversationId, threadRootId, writtenAt }: PlaceInput): DraftAt {
  return {
    conversationId: inputId('Conversation', conversationId, 'conversationId'),
    threadRoot: optional(threadRootId, 'threadRootId'),
    writtenAt,
  };
}

function optional(id: string | null | undefined, field: string) {
  return id === null || id === undefined ? undefined : inputId('Message', id, field);
}

const SaveDraftPayload = draftPayload('saveDraft');

builder.mutationField('saveDraft', (t) =>
  t.field({
    type: SaveDraftPayload,
    description:
      'Keeps what the viewer has begun to write, in place of what was kept there. What was written earlier and comes later, changes nothing: nor does it bring back what was sent or removed since. At most MAX_DRAFTS are kept.',
    args: { input: t.arg({ type: SaveDraftInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const { text, data, replyToId } = input;
        const wanted = { ...readPlace(input), text, data, replyTo: optional(replyToId, 'replyToId') };
        return { word: await context.chat.drafts.save(viewer, wanted) };
      }),
  }),
);

const RemoveDraftInput = builder.inputType('RemoveDraftInput', {
  description: 'Where nothing is to be kept of what was written.',
  fields: placeFields,
});

const RemoveDraftPayload = draftPayload('removeDraft');

builder.mutationField('removeDraft', (t) =>
  t.field({
    type: RemoveDraftPayload,
    description:
      'Removes what the viewer had begun to write, and keeps a save that was written earlier from bringing it back. `sendMessage` and `scheduleMessage` do so by themselves with `draftWrittenAt`.',
    args: { input: t.arg({ type: RemoveDraftInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { word: await context.chat.drafts.remove(viewer, readPlace(input)) };
      }),
  }),
);
