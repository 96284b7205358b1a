import { print } from 'graphql';
import WebSocket from 'ws';
import { FollowDocument, type FollowedFragment } from '../support/generated/graphql.ts';
import { toldBy } from './event-record.ts';
import type { History, Place, Told } from './history.ts';

/** A device that keeps its positions and resumes from them whenever its connection ends, as docs/api/subscriptions.md describes. */
export interface Device extends Disposable {
  readonly name: string;
  readonly user: string;
  /** Returns the position in a stream. Undefined if the device does not follow the stream. */
  position(stream: string): number | undefined;
  /** Returns the user's own read marker, as the device was last told. */
  readSeq(stream: string): number | undefined;
  /** Returns the newest messages that the device received. */
  recent(stream: string): readonly Recent[];
  /** Whether it is connected and has caught up. */
  ready(): boolean;
  /** Stops reading from the socket and answering until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** A message that a device received. */
export interface Recent {
  readonly id: string;
  readonly seq: number;
  readonly sender: string;
}

/** The parts of a device. */
export interface DeviceParts {
  readonly name: string;
  readonly user: string;
  readonly token: string;
  readonly holds: readonly Holding[];
  /** Returns the node to connect to next. */
  readonly nextNode: () => { readonly number: number; readonly url: string };
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly history: History;
}

/** A position to resume from. */
export interface Holding {
  readonly streamId: string;
  readonly seq: number;
  readonly epoch?: string | undefined;
  readonly readSeq?: number;
}

// The client pings, and gives up a node that stays silent.
const pingMs = 1_000;
const silenceMs = 4_000;
// Few, so that several users change the same message.
const mostRecent = 8;
// Reconnects soon, but not all devices at once.
const [soonestMs, spreadMs] = [50, 250];

// The device's state, built from the events that it receives.
class Memory {
  readonly #held: Map<string, Holding>;
  readonly #recent = new Map<string, readonly Recent[]>();

  constructor(holds: readonly Holding[]) {
    this.#held = new Map(holds.map((holding) => [holding.streamId, holding]));
  }

  positions(): readonly Holding[] {
    return [...this.#held.values()];
  }

  places(): readonly Place[] {
    return this.positions().map(({ streamId: stream, seq }) => ({ stream, seq }));
  }

  of(stream: string): Holding | undefined {
    return this.#held.get(stream);
  }

  recent(stream: string): readonly Recent[] {
    return this.#recent.get(stream) ?? [];
  }

  take(event: FollowedFragment): void {
    if (event.__typename === 'MessageSent' && event.messageEdge !== null) {
      const { id, seq, sender } = event.messageEdge.node;
      const known = this.recent(event.streamId).slice(-mostRecent);
      this.#recent.set(event.streamId, [...known, { id, seq, sender: sender?.id ?? '' }]);
    }
    if (event.__typename === 'StreamReady') for (const position of event.positions) this.#hold(position);
    if (event.__typename === 'ConversationOpened') this.#hold({ ...event.position, readSeq: event.position.seq });
    if (event.__typename === 'ConversationClosed') this.#held.delete(event.conversationId);
    if (event.__typename === 'ResyncRequired') this.#resync(event.resyncStreamId, event.lastSeq);
    if (event.__typename === 'ViewerMarkersMoved' && event.conversation !== null) {
      const { id, viewerReadSeq } = event.conversation;
      const held = this.#held.get(id);
      if (held !== undefined) this.#held.set(id, { ...held, readSeq: viewerReadSeq });
    }
    if ('seq' in event) this.#hold({ streamId: event.streamId, seq: event.seq });
  }

  #resync(streamId: string, lastSeq: number | null): void {
    if (lastSeq === null) this.#held.delete(streamId);
    else this.#held.set(streamId, { streamId, seq: lastSeq, readSeq: lastSeq });
  }

  #hold(position: Holding): void {
    this.#held.set(position.streamId, { ...this.#held.get(position.streamId), ...position });
  }
}

/** Connects a device until it is disposed of. */
export function connectDevice({ name, user, token, holds, nextNode, random, history }: DeviceParts): Device {
  const memory = new Memory(holds);
  let socket: WebSocket | undefined;
  let node = 0;
  let ready = false;
  let frozen = false;
  let heardAt = 0;
  let retry: NodeJS.Timeout | undefined;
  let disposed = false;

  history.note({ what: 'device', device: name, user, holds: memory.places() });

  function note(told: Told): void {
    history.note({ ...told, device: name, node });
  }

  function connect(): void {
    const next = nextNode();
    node = next.number;
    const opened = new WebSocket(`${next.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { handshakeTimeout: silenceMs });
    socket = opened;
    heardAt = performance.now();
    opened.on('open', () => opened.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })));
    opened.on('message', (data) => receive(opened, String(data)));
    // The close event says what is wrong with the connection.
    opened.on('error', () => undefined);
    opened.on('close', (code, reason) => closed(code, String(reason)));
  }

  function closed(code: number, reason: string): void {
    ready = false;
    socket = undefined;
    note({ what: 'close', code, reason });
    if (!disposed) retry = setTimeout(connect, soonestMs + spreadMs * random());
  }

  function receive(from: WebSocket, text: string): void {
    heardAt = performance.now();
    const { type, payload } = JSON.parse(text);
    const event: FollowedFragment | undefined = payload?.data?.events;
    if (type === 'connection_ack') follow(from);
    else if (type === 'ping') from.send('{"type":"pong"}');
    else if (type === 'next' && payload.errors === undefined && event !== undefined) take(event);
    else if (type !== 'pong') end(from, text);
  }

  function end(from: WebSocket, text: string): void {
    // A node that cannot follow at the moment answers UNAVAILABLE. Anything else is a defect.
    if (!text.includes('"UNAVAILABLE"')) note({ what: 'odd', detail: text.slice(0, 500) });
    from.close(1000);
  }

  function follow(from: WebSocket): void {
    note({ what: 'subscribe', after: memory.places() });
    from.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: print(FollowDocument), variables: { after: memory.positions() } } }),
    );
  }

  function take(event: FollowedFragment): void {
    memory.take(event);
    if (event.__typename === 'StreamReady') ready = true;
    const told = toldBy(event);
    if (told !== undefined) note(told);
  }

  const pulse = setInterval(() => {
    if (frozen || socket === undefined) return;
    if (performance.now() - heardAt > silenceMs) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
  }, pingMs);

  connect();
  return {
    ...{ name, user },
    position: (stream) => memory.of(stream)?.seq,
    readSeq: (stream) => memory.of(stream)?.readSeq,
    recent: (stream) => memory.recent(stream),
    ready: () => ready,
    freeze() {
      frozen = true;
      socket?.pause();
    },
    thaw() {
      frozen = false;
      heardAt = performance.now();
      socket?.resume();
    },
    [Symbol.dispose]() {
      disposed = true;
      clearInterval(pulse);
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}
