import { type Attached, type AttachmentKind as AttachmentKindName, attachmentKinds } from '../src/message/index.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, emptyPage, forwardArgs, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { Message } from './message.ts';
import { badArgument } from './page.ts';

const AttachmentKind = builder.enumType('AttachmentKind', {
  description: 'The kind of a file, by the media type that it was attached with.',
  values: {
    IMAGE: { description: 'An image: `image/…`.' },
    VIDEO: { description: 'A video: `video/…`.' },
    AUDIO: { description: 'An audio file: `audio/…`.' },
    FILE: { description: 'Any other file.' },
  } satisfies Record<AttachmentKindName, unknown>,
});

const ConversationFiles = connectionOf<Attached>('ConversationFile', {
  of: 'An attached file',
  list: 'files attached in a conversation',
  node: (t) => t.field({ type: Attachment, description: 'The file.', resolve: ({ node: { attachment } }) => attachment }),
});

builder.objectField(ConversationFiles.edge, 'message', (t) =>
  t.field({ type: Message, description: 'The message that the file is attached to.', resolve: ({ node: { message } }) => message }),
);

builder.interfaceField(Conversation, 'files', (t) =>
  t.field({
    type: ConversationFiles.connection,
    description:
      'The files attached to messages that the viewer may see. The newest message comes first, and the files of one message keep their order. A file that is attached several times is listed as often.',
    args: {
      kinds: t.arg({ type: [AttachmentKind], description: 'Returns only files of these kinds, at least one. Omit to return all files.' }),
      ...forwardArgs(),
    },
    async resolve(conversation, { kinds: asked, ...args }, context) {
      const kinds = asked === null || asked === undefined ? attachmentKinds : [...new Set(asked)];
      if (kinds.length === 0) throw badArgument('kinds', 'must name at least one.');
      const access = await viewerAccess(context, conversation);
      if (access === null) return emptyPage;
      return forwardConnection(args, {
        order: 'file',
        async read({ first, after }) {
          const request = { kinds, first, after: after === undefined ? undefined : placeOf(after), upTo: conversation.lastSeq };
          const { items, hasNextPage } = await context.chat.messages.attached(access, request);
          return { items: items.map((attached) => ({ attached, key: `${attached.message.seq}:${attached.place}` })), hasNextPage };
        },
        node: ({ attached }) => attached,
      });
    },
  }),
);

function placeOf(key: string): { readonly seq: number; readonly place: number } {
  const [seq = 0, place = 0] = key.split(':').map(Number);
  return { seq, place };
}
