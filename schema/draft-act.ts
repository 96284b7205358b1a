import type { DraftAt, Draft as DraftShape, DraftState } from '../src/draft/index.ts';
import { builder, type Types } from './builder.ts';
import type { Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { DraftEdge, draftEdge } from './draft.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { inputId, optionalInputId } from './ids.ts';
import { payloadName } from './payload-name.ts';

interface DraftActShape extends Refusable {
  readonly word?: DraftState;
}

function draftPayload(mutation: string) {
  return withErrors(
    builder.objectRef<DraftActShape>(payloadName(mutation)).implement({
      description: `The payload of \`${mutation}\`.`,
      fields: (t) => ({
        draftEdge: t.field({
          type: DraftEdge,
          nullable: true,
          description:
            'The draft that is stored now, with its cursor in `Viewer.drafts`: the one from this mutation, or one that was written later. Null if there is no draft or the mutation was refused.',
          resolve: ({ word }): Edge<DraftShape> | null => (word?.draft ? draftEdge(word.draft) : null),
        }),
        writtenAt: t.field({
          type: 'DateTime',
          nullable: true,
          description:
            'When the draft that is stored now was written, or when it was removed or sent. If this is not the `writtenAt` of the input, the mutation changed nothing. Null if the mutation was refused.',
          resolve: ({ word }) => word?.writtenAt,
        }),
      }),
    }),
  );
}

function placeFields(t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) {
  return {
    conversationId: t.id({ required: true, description: 'The ID of the conversation.' }),
    threadRootId: t.id({
      description:
        'The ID of the message that started the draft’s thread, or of any reply in it, in the same conversation. Omit for a draft outside threads.',
    }),
    writtenAt: t.field({
      type: 'DateTime',
      required: true,
      description:
        'The current time by the device’s clock, or a millisecond after the latest `writtenAt` that the device knows for this draft, whichever is later. If it is not later than the stored one, nothing changes.',
    }),
  };
}

const SaveDraftInput = builder.inputType('SaveDraftInput', {
  description: 'The input of `saveDraft`.',
  fields: (t) => ({
    ...placeFields(t),
    text: t.string({
      required: true,
      description: 'The text, stored unchanged and as long as a message may be. It may be blank only with `replyToId` or `data`.',
    }),
    replyToId: t.id({ description: 'The ID of the message that the draft quotes, in the same conversation.' }),
    data: t.field({
      type: 'JSONObject',
      description:
        'Custom JSON data that the client stores with the draft, such as mentions and attachments. At most MAX_DATA_BYTES of JSON, up to ten levels deep.',
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
    threadRoot: optionalInputId('Message', threadRootId, 'threadRootId'),
    writtenAt,
  };
}

const SaveDraftPayload = draftPayload('saveDraft');

builder.mutationField('saveDraft', (t) =>
  t.field({
    type: SaveDraftPayload,
    description:
      'Saves a draft in place of the stored one. A draft that was written earlier changes nothing, even if it arrives later. It does not bring back a draft that was sent or removed since. At most MAX_DRAFTS are stored.',
    args: { input: t.arg({ type: SaveDraftInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const { text, data, replyToId } = input;
        const wanted = { ...readPlace(input), text, data, replyTo: optionalInputId('Message', replyToId, 'replyToId') };
        return { word: await context.chat.drafts.save(viewer, wanted) };
      }),
  }),
);

const RemoveDraftInput = builder.inputType('RemoveDraftInput', {
  description: 'The input of `removeDraft`.',
  fields: placeFields,
});

const RemoveDraftPayload = draftPayload('removeDraft');

builder.mutationField('removeDraft', (t) =>
  t.field({
    type: RemoveDraftPayload,
    description:
      'Removes a draft, and prevents a save that was written earlier from bringing it back. `sendMessage` and `scheduleMessage` do so themselves if `draftWrittenAt` is given.',
    args: { input: t.arg({ type: RemoveDraftInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { word: await context.chat.drafts.remove(viewer, readPlace(input)) };
      }),
  }),
);
