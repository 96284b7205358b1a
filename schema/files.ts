import { type Attached, type AttachmentKind as AttachmentKindName, attachmentKinds } from '../src/message/index.ts';
import { Attachment } from './attachment.ts';
import { builder } from './builder.ts';
import { connectionOf, emptyPage, forwardConnection } from './connection.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { Message } from './message.ts';
import { badArgument } from './page.ts';

const AttachmentKind = builder.enumType('AttachmentKind', {
  description: 'What files are told apart by: the media type that whoever attached one gave it.',
  values: {
    IMAGE: { description: 'A picture: `image/…`.' },
    VIDEO: { description: 'A film: `video/…`.' },
    AUDIO: { description: 'A sound: `audio/…`.' },
    FILE: { description: 'Anything else.' },
  } satisfies Record<AttachmentKindName, unknown>,
});

const ConversationFiles = connectionOf<Attached>('ConversationFile', {
  of: 'A file that was attached in a conversation',
  list: 'files that were attached in a conversation',
  node: (t) => t.field({ type: Attachment, description: 'The file.', resolve: ({ node: { attachment } }) => attachment }),
});

builder.objectField(ConversationFiles.edge, 'message', (t) =>
  t.field({ type: Message, description: 'The message that it is attached to.', resolve: ({ node: { message } }) => message }),
);

builder.interfaceField(Conversation, 'files', (t) =>
  t.field({
    type: ConversationFiles.connection,
    description:
      'What is attached to messages that the viewer may see: the newest message first, and what one message has in its order. A file that is attached several times is there as often.',
    args: {
      kinds: t.arg({ type: [AttachmentKind], description: 'Only files of these kinds, at least one; absent: of all.' }),
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
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
