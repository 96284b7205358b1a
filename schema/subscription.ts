import type { GraphQLResolveInfo } from 'graphql';
import { alongOf, type EventStream, type FeedEvent, type KnownPosition } from '../src/feed/index.ts';
import { type Entry, serverStreamId } from '../src/log/index.ts';
import { parseAlong } from '../src/message/index.ts';
import type { Viewer } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { Event, type EventShape, inAccount, inConversation, type Logged, onServer, standsOn } from './event.ts';
import { argumentId, parseId } from './ids.ts';
import { useMessageAlong } from './loaders.ts';
import { readFirst } from './operation.ts';
import { badArgument, seqArgument } from './page.ts';
import { streamIdFor } from './position.ts';
import { ShownEvents } from './shown-events.ts';

const PositionInput = builder.inputType('PositionInput', {
  description: 'A position that the client has reached in a stream. Pass it exactly as received; never make one up.',
  fields: (t) => ({
    streamId: t.id({
      required: true,
      description:
        'The ID of the stream, as received: of a conversation, of the viewer for their account stream, or of the server’s stream.',
    }),
    seq: t.int({ required: true, description: 'The `seq` of the newest entry that the client has, or 0 for none.' }),
    epoch: t.string({ description: 'The epoch that came with the position.' }),
    readSeq: t.int({
      description: 'The viewer’s own read marker as the client knows it. If it differs, the current one is sent before `StreamReady`.',
    }),
  }),
});

type PositionArgument = typeof PositionInput.$inferInput;

function knownPosition({ streamId, seq, epoch, readSeq }: PositionArgument, place: number): KnownPosition {
  const path = `after.${place}`;
  const id = parseId(streamId);
  if (id?.type !== 'User' && id?.type !== 'Conversation' && id?.type !== 'Server')
    throw badArgument(`${path}.streamId`, 'is not the id of a stream.');
  return {
    streamId: id.key,
    seq: seqArgument(`${path}.seq`, seq),
    epoch: epoch ?? undefined,
    readSeq: readSeq === null || readSeq === undefined ? undefined : seqArgument(`${path}.readSeq`, readSeq),
  };
}

/** The viewer who follows, and the ids by which their client named the streams of its positions. */
interface Following {
  readonly viewer: Viewer;
  readonly given: ReadonlyMap<bigint, string>;
}

const noNames: ReadonlyMap<bigint, string> = new Map();

/** Returns the ids that differ from those this server would use. Few if any: they are held as long as the subscription. */
function namedOtherwise(
  viewer: Viewer,
  positions: readonly KnownPosition[],
  given: readonly PositionArgument[],
): ReadonlyMap<bigint, string> {
  const names = positions.map(({ streamId }, place) => [streamId, given[place]?.streamId ?? ''] as const);
  const others = names.filter(([streamId, name]) => name !== streamIdFor(viewer, streamId));
  return others.length === 0 ? noNames : new Map(others);
}

function entryShape(entry: Entry, viewer: Viewer): Logged {
  if (entry.streamId === serverStreamId) return onServer(entry);
  return entry.streamId === viewer.userId ? inAccount(entry) : inConversation(entry);
}

/** Converts an event of the feed: streams get global ids. A stream that is not the viewer's gets the id that the client used. */
function eventShape(event: FeedEvent, { viewer, given }: Following): EventShape {
  switch (event.kind) {
    case 'entry':
      return entryShape(event.entry, viewer);
    case 'ready':
      return {
        ...event,
        positions: event.positions.map((position) => ({ ...position, streamId: streamIdFor(viewer, position.streamId) })),
      };
    case 'resync':
      return { ...event, streamId: given.get(event.streamId) ?? streamIdFor(viewer, event.streamId) };
    default:
      return event;
  }
}

/** The events of the feed. */
class EventShapes extends ShownEvents<FeedEvent, EventShape> {
  readonly #following: Following;

  constructor(source: EventStream<FeedEvent>, following: Following) {
    super(source);
    this.#following = following;
  }

  shape(event: FeedEvent): EventShape {
    return eventShape(event, this.#following);
  }

  isAtHand(event: FeedEvent): boolean {
    return event.kind === 'entry' && alongOf(event.entry) !== undefined;
  }
}

/** Prepares an event for resolving: if the event can show the account's totals, they are read first. */
function beginEvent(event: EventShape, context: Context, info: GraphQLResolveInfo): EventShape | Promise<EventShape> {
  if (event.kind === 'entry' && event.entry.type === 'MessageSent') useAlong(event.entry, context);
  const showsTotals = event.kind === 'markers' || (event.kind === 'entry' && standsOn('account', event.entry));
  return showsTotals ? readFirst(context, info).then(() => event) : event;
}

/** Uses the data that came with a message instead of reading it. It is at least as new as what another event of the same moment brought. */
function useAlong(entry: Entry, { scope: { loaders } }: Context): void {
  const along = parseAlong(alongOf(entry));
  if (along !== null) useMessageAlong(loaders, along);
}

builder.subscriptionFields((t) => ({
  events: t.field({
    type: Event,
    description:
      'Everything that the viewer follows, in one subscription: every entry of every stream once, in order of `seq` per stream. With `after`, it first sends what follows each position, then `StreamReady`, then live events. A stream that is not in `after` starts at its newest entry, or at the position in the `ConversationOpened` that precedes its entries. What cannot be sent is reported by a `ResyncRequired` for its stream.',
    args: {
      after: t.arg({
        type: [PositionInput],
        description: 'The positions that the client has reached, from `Viewer.positions` and `StreamReady`.',
      }),
    },
    subscribe(_root, { after }, context) {
      const viewer = requireViewer(context);
      const positions = after?.map(knownPosition);
      const given = namedOtherwise(viewer, positions ?? [], after ?? []);
      const events = context.chat.feed.events(viewer, { after: positions, signal: context.signal });
      return new EventShapes(events, { viewer, given });
    },
    resolve: (event: EventShape, _args, context, info) => beginEvent(event, context, info),
  }),
  conversationEvents: t.field({
    type: Event,
    description:
      'The events of one conversation, with the same guarantees as `events`. If the viewer loses access to the conversation, the subscription ends with a NOT_FOUND error.',
    args: {
      conversationId: t.arg.id({ required: true, description: 'The ID of the conversation.' }),
      after: t.arg.int({
        description: 'The `seq` of the newest entry that the client has. If omitted, the subscription starts with the next event.',
      }),
      epoch: t.arg.string({ description: 'The epoch that came with that position.' }),
    },
    subscribe(_root, { conversationId: id, after, epoch }, context) {
      const viewer = requireViewer(context);
      const conversationId = argumentId('Conversation', id, 'conversationId');
      const seq = after === null || after === undefined ? undefined : seqArgument('after', after);
      const events = context.chat.feed.conversationEvents(viewer, {
        conversationId,
        after: seq,
        epoch: epoch ?? undefined,
        signal: context.signal,
      });
      return new EventShapes(events, { viewer, given: noNames });
    },
    resolve: (event: EventShape, _args, context, info) => beginEvent(event, context, info),
  }),
}));
