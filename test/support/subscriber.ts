import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { socketClient, subscribe } from './client.ts';
import { type EventPartsFragment, EventsDocument, type EventsSubscription, type PositionInput } from './generated/graphql.ts';

/** A client that keeps its positions and resumes from them, as client libraries should. */
export interface Subscriber {
  /** All logged events, in the order of arrival. */
  readonly received: readonly LoggedEvent[];
  /** Connects, resumes, and reads until `enough` returns true. Then it cuts the connection. Rejects if the subscription ends by itself. */
  attend(url: string, enough: (event: EventPartsFragment) => boolean): Promise<void>;
}

export type LoggedEvent = EventPartsFragment & { readonly streamId: string; readonly seq: number };

function isLogged(event: EventPartsFragment): event is LoggedEvent {
  return 'seq' in event && typeof event.seq === 'number';
}

/** A subscription that resumes from given positions, and the way to cut it without a close handshake. */
export interface Connected {
  readonly results: AsyncIterable<{ readonly data?: EventsSubscription | null | undefined; readonly errors?: unknown }>;
  cut(): void;
}

/** How a subscriber connects. */
export type Connect = (at: { readonly url: string; readonly token: string }, after: PositionInput[]) => Connected;

/** Connects over a WebSocket. */
export function overSocket({ url, token }: Parameters<Connect>[0], after: PositionInput[]): Connected {
  const client = socketClient(url, token);
  return { results: subscribe(client, EventsDocument, { after }), cut: () => client.terminate() };
}

/** Connects over HTTP, by server-sent events. */
export function overSse({ url, token }: Parameters<Connect>[0], after: PositionInput[]): Connected {
  const client = createSseClient({ url: `${url}/graphql`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
  return {
    results: client.iterate<EventsSubscription>({ query: print(EventsDocument), variables: { after } }),
    cut: () => client.dispose(),
  };
}

/** Creates a subscriber that starts with these positions. */
export function createSubscriber(token: string, positions: readonly PositionInput[], connect: Connect = overSocket): Subscriber {
  const received: LoggedEvent[] = [];
  const held = new Map(positions.map((position) => [position.streamId, position]));

  function keep(event: EventPartsFragment): void {
    if (isLogged(event)) {
      received.push(event);
      held.set(event.streamId, { ...held.get(event.streamId), streamId: event.streamId, seq: event.seq });
    }
    if (event.__typename === 'StreamReady') for (const position of event.positions) hold(position);
    // Stored at once: the connection may break before the stream's own entries arrive.
    if (event.__typename === 'ConversationOpened' && event.position.seq >= (held.get(event.position.streamId)?.seq ?? 0))
      hold(event.position);
    if (event.__typename === 'ConversationClosed') held.delete(event.conversationId);
    if (event.__typename === 'ResyncRequired') {
      const { resyncStreamId: streamId, lastSeq: seq } = event;
      if (seq === null) held.delete(streamId);
      else held.set(streamId, { streamId, seq });
    }
  }

  function hold({ streamId, seq, epoch }: PositionInput): void {
    held.set(streamId, { streamId, seq, epoch });
  }

  return {
    received,
    async attend(url, enough) {
      const { results, cut } = connect({ url, token }, [...held.values()]);
      try {
        for await (const { data, errors } of results) {
          if (errors !== undefined || data === null || data === undefined)
            throw new Error(`the subscription failed: ${JSON.stringify(errors)}`);
          const event = data.events;
          keep(event);
          if (enough(event)) return;
        }
        throw new Error('the subscription completed by itself');
      } finally {
        // The connection breaks without a close handshake, as when a train enters a tunnel.
        cut();
      }
    },
  };
}
