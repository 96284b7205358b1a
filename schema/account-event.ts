import type { Conversation as ConversationShape } from '../src/group/index.ts';
import type { Entry, KnownEntry } from '../src/log/index.ts';
import { builder, type Types } from './builder.ts';
import { connectionOf, type Edge } from './connection.ts';
import { requireViewer } from './context.ts';
import { accessOf, ConversationEdge, conversationEdge } from './conversation.ts';
import { LeaveReason } from './conversation-event.ts';
import { formatCursor } from './cursors.ts';
import { type EntryOn, Event, inAccount, LogEvent, type Logged, loggedTypes, standsOn } from './event.ts';
import { formatId } from './ids.ts';
import { Position } from './position.ts';
import { Viewer } from './viewer.ts';

const { ConversationOpened, ConversationClosed, ProfileChanged: ViewerChanged } = loggedTypes;

/** The entries of an account's log that can be shown. Notices that are not for everybody are entries there too. */
export type AccountEntry = EntryOn<'account' | 'server'>;

/** Returns whether an entry belongs to an account's log and can be shown. */
export function isAccountEntry(entry: Entry): entry is AccountEntry {
  return standsOn('account', entry) || standsOn('server', entry);
}

/** An entry of an account's log. */
export const AccountEvent = builder.interfaceRef<Logged<AccountEntry>>('AccountEvent').implement({
  description:
    'An entry of the viewer’s account stream, which only the viewer’s own devices receive, or an entry about a notice. If the notice is for all users, the entry is in the server’s stream.',
  interfaces: [LogEvent, Event],
  resolveType: ({ entry }) => loggedTypes[entry.type],
});

/** The interfaces of every entry of an account's log. */
export const accountEventInterfaces = [AccountEvent, LogEvent, Event];
const interfaces = accountEventInterfaces;

type OfConversation = KnownEntry<'ConversationClosed' | 'MessageHidden' | 'ConversationCleared' | 'SavedMessageChanged' | 'DraftChanged'>;

/** Adds the id of the conversation to an event of an account that is about one. The viewer need not have access to it any more. */
export function withConversationId<E extends Logged<OfConversation>>(event: PothosSchemaTypes.ObjectRef<Types, E>): void {
  builder.objectField(event, 'conversationId', (t) =>
    t.id({ description: 'The ID of the conversation.', resolve: ({ entry }) => formatId('Conversation', entry.data.conversationId) }),
  );
}

ConversationOpened.implement({
  description: 'A conversation became available to the viewer, for the first time or again.',
  interfaces,
  fields: (t) => ({
    position: t.field({
      type: Position,
      description:
        'The position in the conversation’s stream after which the viewer’s events begin. An open subscription continues from there by itself.',
      resolve: ({ entry: { data } }, _args, { chat }) => ({
        streamId: formatId('Conversation', data.conversationId),
        seq: data.seq,
        epoch: chat.feed.epoch,
      }),
    }),
    conversationEdge: t.field({
      type: ConversationEdge,
      nullable: true,
      description: 'The conversation, with its cursor in `Viewer.conversations`, or null if the viewer no longer has access to it.',
      // The id of an account's stream is the user's id.
      async resolve({ entry: { streamId: userId, data } }, _args, context): Promise<Edge<ConversationShape> | null> {
        const accessed = await accessOf(context, data.conversationId, { userId });
        return accessed && conversationEdge(accessed.conversation);
      },
    }),
  }),
});

ConversationClosed.implement({
  description: 'The viewer lost access to a conversation.',
  interfaces,
  fields: (t) => ({
    leaveReason: t.field({ type: LeaveReason, description: 'Why the viewer lost access.', resolve: ({ entry }) => entry.data.reason }),
  }),
});
withConversationId(ConversationClosed);

ViewerChanged.implement({
  description: 'The viewer’s profile, settings or sessions changed.',
  interfaces,
  fields: (t) => ({
    viewer: t.field({
      type: Viewer,
      nullable: true,
      description: 'The viewer in their current state. Null only together with an error.',
      resolve: (_event, _args, context) => requireViewer(context),
    }),
  }),
});

const AccountEvents = connectionOf<Logged<AccountEntry>>('AccountEvent', {
  of: 'An account event',
  list: 'account events',
  node: (t) => t.field({ type: AccountEvent, description: 'The event.', resolve: ({ node }) => node }),
});

/** A page of entries. */
export const AccountEventConnection = AccountEvents.connection;

/** Returns the edge of an entry. */
export function accountEventEdge(entry: AccountEntry): Edge<Logged<AccountEntry>> {
  return { node: inAccount(entry), cursor: formatCursor('seq', entry.seq) };
}
