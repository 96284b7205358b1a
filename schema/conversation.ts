import { type Conversation as ConversationShape, conversationKey, type Membership } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { type Context, requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { argumentId, formatId } from './ids.ts';
import type { Accessed } from './loaders.ts';
import { conversationTypes, Node } from './node.ts';
import { beginField } from './operation.ts';
import type { ForwardPage } from './page.ts';
import { shareable } from './shareable.ts';
import { Viewer } from './viewer.ts';

/** A conversation. Other files add their fields. */
export const Conversation = builder.interfaceRef<ConversationShape>('Conversation').implement({
  description:
    'A direct conversation or a group. Its stream holds messages and other events. Everything about it in a response is at least as recent as its `lastSeq`.',
  interfaces: [Node],
  resolveType: ({ kind }) => conversationTypes[kind],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It is also the `streamId` of the conversation’s stream.',
      resolve: ({ id }) => formatId('Conversation', id),
    }),
    lastSeq: t.exposeInt('lastSeq', {
      extensions: shareable,
      description: 'The `seq` of the newest entry in the conversation’s stream, or 0 if there is none.',
    }),
    createdAt: t.expose('createdAt', { extensions: shareable, type: 'DateTime', description: 'When the conversation was first opened.' }),
    lastActivityAt: t.expose('lastActivityAt', {
      extensions: shareable,
      type: 'DateTime',
      description:
        'When the last message was sent, or when the conversation was created if none was sent. `Viewer.conversations` is sorted by it.',
    }),
    memberCount: t.exposeInt('memberCount', { extensions: shareable, description: 'The number of members.' }),
  }),
});

// Conversation comes last: if two interfaces have a field of the same name, a type inherits it from the later one.

/** A conversation of two users, or of one user with themselves. */
export const DirectConversation = builder.objectRef<ConversationShape>('DirectConversation').implement({
  description: 'A conversation of two users, or of one user with themselves. There is at most one for any two users.',
  interfaces: [Node, Conversation],
});

/** A conversation of many users. */
export const Group = builder.objectRef<ConversationShape>('Group').implement({
  description: 'A conversation of many users, with a name and an owner.',
  interfaces: [Node, Conversation],
});

const Conversations = connectionOf<ConversationShape>('Conversation', {
  of: 'A conversation',
  list: 'conversations',
  node: (t) => t.field({ type: Conversation, description: 'The conversation.', resolve: ({ node }) => node }),
});

/** A conversation in the viewer's list. */
export const ConversationEdge = Conversations.edge;

/** Returns the edge of a conversation in `Viewer.conversations`. */
export function conversationEdge(conversation: ConversationShape): Edge<ConversationShape> {
  return { node: conversation, cursor: formatCursor('conversation', conversationKey(conversation)) };
}

/**
 * Returns a conversation and a user's access to it. The conversation is read first. Null if the user has no access, or is not shown the
 * conversation (yet).
 */
export async function accessOf(
  { scope }: Context,
  conversationId: bigint,
  { userId }: { readonly userId: bigint },
): Promise<Accessed | null> {
  const conversation = await scope.loaders.conversations.load(conversationId);
  if (conversation === null) return null;
  const access = await scope.loaders.memberships.load({ conversationId, userId });
  return access?.shown ? { conversation, access } : null;
}

/** Returns the viewer's access to a conversation, or null. For fields that may depend on the viewer. */
export async function viewerAccess(context: Context, { id }: Pick<ConversationShape, 'id'>): Promise<Membership | null> {
  return (await accessOf(context, id, requireViewer(context)))?.access ?? null;
}

builder.queryField('conversation', (t) =>
  t.field({
    type: Conversation,
    nullable: true,
    description: 'A conversation of the viewer, or null if there is none with this ID or the viewer is not in it.',
    args: { id: t.arg.id({ required: true, description: 'The global ID of the conversation.' }) },
    async resolve(_root, { id }, context, info) {
      const viewer = await beginField(context, info);
      return (await accessOf(context, argumentId('Conversation', id, 'id'), viewer))?.conversation;
    },
  }),
);

builder.objectField(Viewer, 'conversations', (t) =>
  t.field({
    type: Conversations.connection,
    description:
      'The viewer’s conversations that match all given filters, latest activity first. With `search`, fails with RATE_LIMITED as a top-level error beyond SEARCHES_PER_MINUTE. Fails with UNAVAILABLE if too many lists with `unread` or `mentioned` are requested at once.',
    args: {
      ...forwardArgs(),
      pinned: t.arg.boolean({ description: 'Returns only pinned conversations (true) or only the others (false). Omit to return both.' }),
      archived: t.arg.boolean({
        description: 'Returns only archived conversations (true) or only the others (false). Omit to return both.',
      }),
      unread: t.arg.boolean({
        description:
          'Returns only unread conversations (true) or only the others (false). A conversation is unread if `viewerUnreadCount` is above 0 or the viewer has marked it as unread. Omit to return both.',
      }),
      mentioned: t.arg.boolean({
        description:
          'Returns only conversations whose `viewerMentionCount` is above 0 (true) or only the others (false). Omit to return both.',
      }),
      search: t.arg.string({
        description:
          'Returns only groups with a matching name, and direct conversations with a user whose handle, display name or alias matches. Words match by their beginnings, as in `Query.users`. Up to 200 characters.',
      }),
    },
    resolve(viewer, { first, after, ...asked }, { chat, scope: { loaders } }) {
      const { pinned, archived, unread, mentioned, search } = given(asked);
      // The search runs once, however often its list is read, also for the same search elsewhere in the response.
      const called = (text: string) =>
        loaders.ownPage(`called ${JSON.stringify([text, first, after])}`, () => chat.groups.called(viewer, text));
      async function list(page: ForwardPage) {
        const sieves = [...(search === undefined ? [] : [await called(search)]), ...chat.messages.waiting(viewer, { unread, mentioned })];
        return chat.groups.list(viewer, { ...page, marks: { pinned, archived }, sieves });
      }
      return forwardConnection(
        { first, after },
        {
          order: 'conversation',
          read: (page) => loaders.ownPage(`conversations ${JSON.stringify({ ...asked, ...page })}`, () => list(page)),
          // Reuses a conversation that was loaded already: nothing in the response that was read before this page may be older than the
          // lastSeq shown here. It was loaded as null if the group was dissolved while this page was read.
          node: async ({ conversation }) =>
            (await loaders.conversations.prime(conversation.id, conversation).load(conversation.id)) ?? conversation,
        },
      );
    },
  }),
);

/** Removes null arguments: they mean the same as absent ones. */
function given<T extends object>(args: T): { readonly [K in keyof T]?: Exclude<T[K], null> | undefined } {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)) as {
    readonly [K in keyof T]?: Exclude<T[K], null>;
  };
}
