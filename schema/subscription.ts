import type { GraphQLResolveInfo } from 'graphql';
import type { FeedEvent, KnownPosition } from '../src/feed/index.ts';
import { builder } from './builder.ts';
import { type Context, refresh, requireViewer } from './context.ts';
import { Event, type EventShape, inAccount, inConversation, standsOn } from './event.ts';
import { argumentId, formatId, parseId } from './ids.ts';
import { readFirst } from './operation.ts';
import { badArgument, seqArgument } from './page.ts';
import { streamIdFor } from './position.ts';

const PositionInput = builder.inputType('PositionInput', {
  description: 'A place in a stream that the client has: as it was given, never made up.',
  fields: (t) => ({
    streamId: t.id({ required: true, description: 'A conversation’s id; for the account stream, the viewer’s user id.' }),
    seq: t.int({ required: true, description: 'The newest entry that the client has; 0: none.' }),
    epoch: t.string({ description: 'As it came with the position.' }),
    readSeq: t.int({ description: 'The viewer’s own read marker as the client has it: if it differs, it is told before StreamReady.' }),
  }),
});

type PositionArgument = typeof PositionInput.$inferInput;

function knownPosition({ streamId, seq, epoch, readSeq }: PositionArgument, place: number): KnownPosition {
  const path = `after.${place}`;
  const id = parseId(streamId);
  if (id?.type !== 'User' && id?.type !== 'Conversation') throw badArgument(`${path}.streamId`, 'is not the id of a stream.');
  return {
    streamId: id.key,
    seq: seqArgument(`${path}.seq`, seq),
    epoch: epoch ?? undefined,
    readSeq: readSeq === null || readSeq === undefined ? undefined : seqArgument(`${path}.readSeq`, readSeq),
  };
}

/** An event of the feed, its streams named by global ids; `name` is asked where the event does not tell what kind of stream it is about. */
function eventShape(event: FeedEvent, name: (streamId: bigint) => string): EventShape {
  switch (event.kind) {
    case 'entry': {
      const { entry, at } = event;
      if (entry.type === 'Hidden') return { kind: 'entry', at, streamId: name(entry.streamId), entry };
      return standsOn('account', entry) ? inAccount(entry) : inConversation(entry);
    }
    case 'ready':
      return { ...event, positions: event.positions.map((position) => ({ ...position, streamId: name(position.streamId) })) };
    case 'resync':
      return { ...event, streamId: name(event.streamId) };
    default:
      return event;
  }
}

/** The same events in their public shape. Not a generator: one would not let go of a live source while it waits for it. */
function eventShapes(events: AsyncIterableIterator<FeedEvent>, name: (streamId: bigint) => string): AsyncIterableIterator<EventShape> {
  return {
    async next() {
      const result = await events.next();
      return result.done ? { done: true, value: undefined } : { done: false, value: eventShape(result.value, name) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Prepares an event to be executed: with loaders of its own, and the totals of the account read first where the event can show them. */
function beginEvent(event: EventShape, context: Context, info: GraphQLResolveInfo): EventShape | Promise<EventShape> {
  refresh(context);
  const showsTotals = event.kind === 'markers' || (event.kind === 'entry' && standsOn('account', event.entry));
  return showsTotals ? readFirst(context, info).then(() => event) : event;
}

builder.subscriptionFields((t) => ({
  events: t.field({
    type: Event,
    description:
      'All that the viewer follows, in one subscription: every entry of every stream once, in order of seq per stream. With `after` it first sends what lies past each position; then StreamReady; then whatever happens. A stream that is not named there starts at its head, or where the ConversationOpened that comes before its entries says. What cannot be had brings a ResyncRequired for its stream.',
    args: {
      after: t.arg({ type: [PositionInput], description: 'The places that the client has; see `Viewer.positions` and StreamReady.' }),
    },
    subscribe(_root, { after }, context) {
      const viewer = requireViewer(context);
      const positions = after?.map(knownPosition);
      // A stream that is not the viewer's is named back as the client named it.
      const given = new Map(after?.map(({ streamId }, place) => [positions?.[place]?.streamId, streamId]));
      const events = context.chat.feed.events(viewer, { after: positions, signal: context.signal });
      return eventShapes(events, (streamId) => given.get(streamId) ?? streamIdFor(viewer, streamId));
    },
    resolve: (event: EventShape, _args, context, info) => beginEvent(event, context, info),
  }),
  conversationEvents: t.field({
    type: Event,
    description: 'One conversation, with the same promises. Once it is not the viewer’s any more it ends with an error NOT_FOUND.',
    args: {
      conversationId: t.arg.id({ required: true, description: 'The conversation.' }),
      after: t.arg.int({ description: 'The newest entry that the client has; absent: begin with what happens next.' }),
      epoch: t.arg.string({ description: 'As it came with that position.' }),
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
      return eventShapes(events, (streamId) => formatId('Conversation', streamId));
    },
    resolve: (event: EventShape, _args, context, info) => beginEvent(event, context, info),
  }),
}));
