import { type EventPartsFragment, EventsDocument, type PositionInput } from '../support/generated/graphql.ts';
import { given } from '../support/world.ts';
import type { LibraryClient } from './client-libraries.ts';

/** A subscription to all events of a user, through a library. */
export interface Following {
  /** The types of the events, with the text in place of `MessageSent`. */
  told(): readonly string[];
  /** The positions to resume from. */
  positions(): readonly PositionInput[];
  /** Resolves when the server has ended the subscription, with the reason. */
  readonly ended: Promise<string | number | null>;
  leave(): void;
}

/** Begins the subscription, from these positions if there are any. */
export function follow(client: LibraryClient, after: readonly PositionInput[] = []): Following {
  const events: EventPartsFragment[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<string | number | null>();
  const leave = client.follow(EventsDocument, { after }, { next: (data) => void events.push(data.events), end });
  return {
    told: () => events.map((event) => (event.__typename === 'MessageSent' ? given(event.messageEdge, []).node.text : event.__typename)),
    positions() {
      const held = new Map(after.map((position) => [position.streamId, position]));
      for (const event of events) {
        if (event.__typename === 'StreamReady')
          for (const { streamId, seq, epoch } of event.positions) held.set(streamId, { streamId, seq, epoch });
        if ('seq' in event) held.set(event.streamId, { ...held.get(event.streamId), streamId: event.streamId, seq: event.seq });
      }
      return [...held.values()];
    },
    ended,
    leave,
  };
}
