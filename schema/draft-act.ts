import type { DraftAt, Draft as DraftShape, DraftState } from '../src/draft/index.ts';
import type { Edge } from './connection.ts';
import { DraftEdge, draftEdge } from './draft.ts';
import { inputId, optionalInputId } from './ids.ts';
import { type InputBuilder, mutation, type PayloadBuilder } from './mutation.ts';

function draftFields(t: PayloadBuilder<{ readonly word: DraftState }>) {
  return {
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
  };
}

function placeFields(t: InputBuilder) {
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

mutation('saveDraft', {
  description:
    'Saves a draft in place of the stored one. A draft that was written earlier changes nothing, even if it arrives later. It does not bring back a draft that was sent or removed since. At most MAX_DRAFTS are stored.',
  input: (t) => ({
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
  async act(viewer, input, { chat }) {
    const { text, data, replyToId } = input;
    const wanted = { ...readPlace(input), text, data, replyTo: optionalInputId('Message', replyToId, 'replyToId') };
    return { word: await chat.drafts.save(viewer, wanted) };
  },
  payload: draftFields,
});

mutation('removeDraft', {
  description:
    'Removes a draft, and prevents a save that was written earlier from bringing it back. `sendMessage` and `scheduleMessage` do so themselves if `draftWrittenAt` is given.',
  input: placeFields,
  async act(viewer, input, { chat }) {
    return { word: await chat.drafts.remove(viewer, readPlace(input)) };
  },
  payload: draftFields,
});
