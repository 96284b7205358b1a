import type { FeedEvent } from '../src/feed/index.ts';
import { type Entry, type EntryType, entryTypes, type HiddenEntry, type KnownEntry, serverStreamId } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { formatId } from './ids.ts';
import type { PositionShape } from './position.ts';
import { shareable } from './shareable.ts';

/** An entry of a log, with the global id of its stream. */
export interface Logged<E extends Entry = Entry> {
  readonly kind: 'entry';
  readonly at: Date;
  readonly streamId: string;
  readonly entry: E;
}

type On = (typeof entryTypes)[EntryType]['on'];
type EntryTypeOn<S extends On> = { [T in EntryType]: (typeof entryTypes)[T]['on'] extends S ? T : never }[EntryType];

/** The entries of one kind of stream that can be shown. */
export type EntryOn<S extends On> = KnownEntry<EntryTypeOn<S>>;

/** Returns whether an entry belongs to this kind of stream and can be shown. */
export function standsOn<S extends On>(on: S, entry: Entry): entry is EntryOn<S> {
  return entry.type !== 'Hidden' && entryTypes[entry.type].on === on;
}

type Live<K extends FeedEvent['kind']> = Extract<FeedEvent, { readonly kind: K }>;

/** The positions of a subscription when it goes live. */
export interface ReadyShape extends Pick<Live<'ready'>, 'kind' | 'at'> {
  readonly positions: readonly PositionShape[];
}

/** A part of a stream that cannot be delivered, with the global id of the stream. */
export interface ResyncShape extends Pick<Live<'resync'>, 'kind' | 'at' | 'lastSeq' | 'reason'> {
  readonly streamId: string;
}

/** An event as resolvers see it: an event of the feed with global stream ids. */
export type EventShape = Logged | Live<'receipt'> | Live<'typing'> | Live<'signal'> | Live<'markers'> | ReadyShape | ResyncShape;

type ViewerEntry = KnownEntry<'ProfileChanged' | 'SettingsChanged' | 'SessionStarted' | 'SessionChanged' | 'SessionEnded'>;
const viewerChanged = builder.objectRef<Logged<ViewerEntry>>('ViewerChanged');

/** The object type of each entry type. A new entry type does not compile until it is listed here, nor run until its type is implemented. */
export const loggedTypes = {
  MessageSent: builder.objectRef<Logged<KnownEntry<'MessageSent'>>>('MessageSent'),
  MemberJoined: builder.objectRef<Logged<KnownEntry<'MemberJoined'>>>('MemberJoined'),
  MemberChanged: builder.objectRef<Logged<KnownEntry<'MemberChanged'>>>('MemberChanged'),
  MemberLeft: builder.objectRef<Logged<KnownEntry<'MemberLeft'>>>('MemberLeft'),
  MessageEdited: builder.objectRef<Logged<KnownEntry<'MessageEdited'>>>('MessageEdited'),
  MessageRecalled: builder.objectRef<Logged<KnownEntry<'MessageRecalled'>>>('MessageRecalled'),
  ReactionsChanged: builder.objectRef<Logged<KnownEntry<'ReactionsChanged'>>>('ReactionsChanged'),
  PollVoted: builder.objectRef<Logged<KnownEntry<'PollVoted'>>>('PollVoted'),
  PollClosed: builder.objectRef<Logged<KnownEntry<'PollClosed'>>>('PollClosed'),
  PinChanged: builder.objectRef<Logged<KnownEntry<'PinChanged'>>>('PinChanged'),
  HistoryTrimmed: builder.objectRef<Logged<KnownEntry<'HistoryTrimmed'>>>('HistoryTrimmed'),
  GroupChanged: builder.objectRef<Logged<KnownEntry<'GroupChanged'>>>('GroupChanged'),
  ConversationOpened: builder.objectRef<Logged<KnownEntry<'ConversationOpened'>>>('ConversationOpened'),
  ConversationClosed: builder.objectRef<Logged<KnownEntry<'ConversationClosed'>>>('ConversationClosed'),
  MembershipSettled: builder.objectRef<Logged<KnownEntry<'MembershipSettled'>>>('MembershipSettled'),
  MessageHidden: builder.objectRef<Logged<KnownEntry<'MessageHidden'>>>('MessageHidden'),
  ConversationCleared: builder.objectRef<Logged<KnownEntry<'ConversationCleared'>>>('ConversationCleared'),
  ThreadRead: builder.objectRef<Logged<KnownEntry<'ThreadRead'>>>('ThreadRead'),
  ContactRequestSent: builder.objectRef<Logged<KnownEntry<'ContactRequestSent'>>>('ContactRequestSent'),
  ContactRequestReceived: builder.objectRef<Logged<KnownEntry<'ContactRequestReceived'>>>('ContactRequestReceived'),
  ContactRequestWithdrawn: builder.objectRef<Logged<KnownEntry<'ContactRequestWithdrawn'>>>('ContactRequestWithdrawn'),
  ContactRequestClosed: builder.objectRef<Logged<KnownEntry<'ContactRequestClosed'>>>('ContactRequestClosed'),
  BlockChanged: builder.objectRef<Logged<KnownEntry<'BlockChanged'>>>('BlockChanged'),
  ContactChanged: builder.objectRef<Logged<KnownEntry<'ContactChanged'>>>('ContactChanged'),
  JoinRequestSent: builder.objectRef<Logged<KnownEntry<'JoinRequestSent'>>>('JoinRequestSent'),
  JoinRequestReceived: builder.objectRef<Logged<KnownEntry<'JoinRequestReceived'>>>('JoinRequestReceived'),
  JoinRequestClosed: builder.objectRef<Logged<KnownEntry<'JoinRequestClosed'>>>('JoinRequestClosed'),
  InvitesChanged: builder.objectRef<Logged<KnownEntry<'InvitesChanged'>>>('InvitesChanged'),
  ProfileChanged: viewerChanged,
  SettingsChanged: viewerChanged,
  SessionStarted: viewerChanged,
  SessionEnded: viewerChanged,
  SessionChanged: viewerChanged,
  DataExportChanged: builder.objectRef<Logged<KnownEntry<'DataExportChanged'>>>('DataExportChanged'),
  ScheduledMessageChanged: builder.objectRef<Logged<KnownEntry<'ScheduledMessageChanged'>>>('ScheduledMessageChanged'),
  ScheduledMessageClosed: builder.objectRef<Logged<KnownEntry<'ScheduledMessageClosed'>>>('ScheduledMessageClosed'),
  DraftChanged: builder.objectRef<Logged<KnownEntry<'DraftChanged'>>>('DraftChanged'),
  SavedMessageChanged: builder.objectRef<Logged<KnownEntry<'SavedMessageChanged'>>>('SavedMessageChanged'),
  NoticePosted: builder.objectRef<Logged<KnownEntry<'NoticePosted'>>>('NoticePosted'),
  NoticeRevoked: builder.objectRef<Logged<KnownEntry<'NoticeRevoked'>>>('NoticeRevoked'),
  Hidden: builder.objectRef<Logged<HiddenEntry>>('EntryHidden'),
} satisfies Record<Entry['type'], unknown>;

/** The object type of each event that is not logged. */
export const liveTypes = {
  receipt: builder.objectRef<Live<'receipt'>>('ReceiptMoved'),
  typing: builder.objectRef<Live<'typing'>>('TypingChanged'),
  signal: builder.objectRef<Live<'signal'>>('SignalReceived'),
  markers: builder.objectRef<Live<'markers'>>('ViewerMarkersMoved'),
  ready: builder.objectRef<ReadyShape>('StreamReady'),
  resync: builder.objectRef<ResyncShape>('ResyncRequired'),
} satisfies Record<Exclude<FeedEvent['kind'], 'entry'>, unknown>;

function typeName(event: EventShape): string {
  return (event.kind === 'entry' ? loggedTypes[event.entry.type] : liveTypes[event.kind]).name;
}

/** Any event of a subscription. */
export const Event = builder.interfaceRef<EventShape>('Event').implement({
  description: 'An event that a subscription delivers. More types may be added: ignore events of an unknown type.',
  resolveType: typeName,
  fields: (t) => ({
    at: t.expose('at', {
      extensions: shareable,
      type: 'DateTime',
      description: 'When the event was stored, or when it was sent if it is not stored.',
    }),
  }),
});

/** An entry of a log. */
export const LogEvent = builder.interfaceRef<Logged>('LogEvent').implement({
  description:
    'An entry of a stream: an event that is stored. Each entry is delivered once, in order of `seq`, without gaps within a stream. An object that it refers to is shown as of this `seq` or later. It is null if it no longer exists or the viewer no longer has access to it.',
  interfaces: [Event],
  resolveType: typeName,
  fields: (t) => ({
    streamId: t.exposeID('streamId', {
      extensions: shareable,
      description:
        'The ID of the stream: the ID of a conversation, the user’s ID for an account stream, or an ID of its own for the server’s stream.',
    }),
    seq: t.int({
      extensions: shareable,
      description: 'The entry’s position in the stream: 1, 2, 3 … in order of commit.',
      resolve: ({ entry }) => entry.seq,
    }),
  }),
});

loggedTypes.Hidden.implement({
  description:
    'An entry that cannot be shown: this server does not know its type, or the viewer may not see it any more. Only its `seq` counts.',
  interfaces: [LogEvent, Event],
});

// One shape per entry for all viewers: payloads are shared by the shape's identity.
const shapes = new WeakMap<Entry, Logged>();

function logged<E extends Entry>(entry: E, idOf: (streamId: bigint) => string): Logged<E> {
  const known = shapes.get(entry);
  if (known !== undefined) return known as Logged<E>;
  const shape: Logged<E> = { kind: 'entry', at: entry.at, streamId: idOf(entry.streamId), entry };
  shapes.set(entry, shape);
  return shape;
}

/** Returns the shape of an entry of a conversation's log. */
export function inConversation<E extends Entry>(entry: E): Logged<E> {
  return logged(entry, (id) => formatId('Conversation', id));
}

/** Returns the shape of an entry of an account's log. */
export function inAccount<E extends Entry>(entry: E): Logged<E> {
  return logged(entry, (id) => formatId('User', id));
}

/** Returns the shape of an entry of the server's log. */
export function onServer<E extends Entry>(entry: E): Logged<E> {
  return logged(entry, () => formatId('Server', serverStreamId));
}
