import { type EventPartsFragment, EventsDocument, type PositionInput } from '../support/generated/graphql.ts';
import { given } from '../support/world.ts';
import type { LibraryClient } from './client-libraries.ts';

/** A subscription to all that happens to somebody, read by a library. */
export interface Following {
  /** Names of events, and the texts of those that are messages. */
  told(): readonly string[];
  /** What to come back with. */
  positions(): readonly PositionInput[];
  /** Resolves when the server has ended it, with why. */
  readonly ended: Promise<string | number | null>;
  leave(): void;
}

/** Begins it; with positions, where they are. */
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
