import type { Duplex } from 'node:stream';
import type { Message } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Config } from '../src/config/index.ts';
import { ChatError } from '../src/errors.ts';
import type { StreamEnd } from '../src/feed/index.ts';
import { type Close, closes, fitReason, sessionCloses } from './close-codes.ts';
import type { Delivery, Transport } from './delivery.ts';
import { type FrameHandlers, Frames } from './frames.ts';
import type { Logging } from './logger.ts';
import { Outgoing, type OutgoingOwner } from './outgoing.ts';
import { toBytes } from './payload.ts';
import type { Peer } from './peer.ts';
import type { Protocol } from './protocol.ts';
import type { SocketOutput, SocketProtocol } from './protocol-session.ts';
import { type FollowedSession, type SessionEnd, sessionOver } from './sessions.ts';
import type { Tick } from './tick.ts';

/** The parts of a connection. */
export interface ConnectionParts {
  readonly socket: WebSocket;
  /** The network stream below the socket. */
  readonly stream: Duplex;
  readonly id: string;
  readonly address: string;
  readonly surroundings: ConnectionSurroundings;
}

/** What all connections of a node share. */
export interface ConnectionSurroundings {
  readonly tick: Tick;
  readonly config: Pick<Config, 'socketQueueBytes' | 'slowSocketMs'>;
  readonly protocol: Protocol;
  readonly logging: Logging;
}

// Limits what is held for a client that sends but does not read. No well-behaved client falls this far behind. One answer may be larger,
// and the message that ends it, which follows at once, is small.
const maxUnsentBytes = 16 * 1024 * 1024;
const smallMessage = 65_536;

/** Moves a delivery's payloads to a socket as the socket takes them. */
class Pump implements Transport {
  readonly #operation: string;
  /** The operation id in JSON, one byte per character. */
  readonly #id: string;
  readonly #delivery: Delivery;
  readonly #outgoing: Outgoing;
  readonly #connection: Connection;

  constructor(operation: string, delivery: Delivery, outgoing: Outgoing, connection: Connection) {
    this.#operation = operation;
    this.#id = toBytes(JSON.stringify(operation));
    this.#delivery = delivery;
    this.#outgoing = outgoing;
    this.#connection = connection;
  }

  full(): boolean {
    return this.#outgoing.full();
  }

  wake(): void {
    while (!this.#outgoing.full()) {
      const payload = this.#delivery.poll();
      if (payload === undefined) return;
      this.#outgoing.next(this.#id, payload);
    }
    this.#connection.fallBehind(this);
  }

  ended(end: StreamEnd): void {
    this.#connection.ended(this.#operation, end);
  }
}

/** A WebSocket with the protocol on it, until either side closes it. The owner passes on the events of the socket. */
export class Connection implements Peer, SocketOutput, FrameHandlers, OutgoingOwner {
  readonly id: string;
  readonly address: string;
  session: FollowedSession | null = null;
  readonly #socket: WebSocket;
  readonly #logging: Logging;
  readonly #outgoing: Outgoing;
  readonly #frames: Frames;
  readonly #spoken: SocketProtocol;
  readonly #over = new AbortController();
  /** Pumps of deliveries with more payloads than the socket takes at the moment. */
  #behind: Set<Pump> | undefined;
  #gone: PromiseWithResolvers<void> | undefined;
  #isGone = false;
  #answered = true;

  constructor({ socket, stream, id, address, surroundings: { tick, config, protocol, logging } }: ConnectionParts) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#logging = logging;
    this.#outgoing = new Outgoing(stream, tick, { maxBytes: config.socketQueueBytes, stuckMs: config.slowSocketMs }, this);
    this.#frames = new Frames(this);
    this.#spoken = protocol.open(this);
  }

  /** Aborts when the socket closes or its session ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  whileAwaited(operation: string): AbortSignal {
    // An operation that starts after the abort would not be told of it by its own signal.
    return (this.signal.aborted ? undefined : this.#frames.whileAwaited(operation)) ?? this.signal;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(text: string): void {
    if (!this.isOpen()) return;
    if (text.length > smallMessage && this.#socket.bufferedAmount > maxUnsentBytes) this.#socket.terminate();
    else this.#outgoing.text(toBytes(text));
  }

  close(why: Pick<Close, 'code' | 'reason'>): void {
    if (this.isOpen()) this.#end(why, new ChatError('UNAVAILABLE', `The socket was closed. ${why.reason}`));
  }

  endSession(end: SessionEnd): void {
    this.#end(sessionCloses[end], sessionOver(end));
  }

  serve(operation: string, delivery: Delivery): void {
    this.#frames.serve(operation, delivery);
    delivery.begin(new Pump(operation, delivery, this.#outgoing, this));
  }

  serves(except: string): boolean {
    return this.#frames.serves(except);
  }

  operations(): number {
    return this.#frames.count();
  }

  /** Called when a subscription has ended. */
  ended(operation: string, end: StreamEnd): void {
    if (this.#frames.ended(operation) && this.isOpen()) this.#spoken.ended(operation, end);
  }

  receive(message: Message): Promise<void> {
    return this.#spoken.receive(message);
  }

  malformed(): void {
    this.close(closes.badFrame);
  }

  duplicate(id: string): void {
    // The message is the protocol's.
    this.close({ ...closes.duplicateId, reason: `Subscriber for ${id} already exists` });
  }

  bug(error: unknown): void {
    this.#logging.logger.error({ err: error, socket: this.id }, 'a socket message failed');
    this.close(closes.bug);
  }

  /** Wakes the pump when the socket takes more. */
  fallBehind(pump: Pump): void {
    this.#behind ??= new Set();
    this.#behind.add(pump);
  }

  drained(): void {
    const pumps = this.#behind;
    this.#behind = undefined;
    for (const pump of pumps ?? []) pump.wake();
  }

  stuck(): void {
    this.close(closes.tooSlow);
  }

  /** Called with each frame. */
  take(data: RawData, isBinary: boolean): void {
    if (!this.isOpen()) return;
    if (isBinary) this.close(closes.badFrame);
    else if (this.#socket.bufferedAmount > maxUnsentBytes) this.#socket.terminate();
    else this.#frames.take(String(data));
  }

  /** Called when the last ping is answered. */
  pong(): void {
    this.#answered = true;
  }

  /** Pings the client. Drops the socket if the last ping was not answered. */
  ping(): void {
    // The pong follows all unsent bytes. How long a full socket may take is limited elsewhere (SLOW_SOCKET_MS).
    if (this.#outgoing.full()) this.#answered = true;
    if (!this.#answered) this.#socket.terminate();
    else if (this.isOpen()) this.#socket.ping();
    this.#answered = false;
  }

  /** Called when the socket has closed. */
  async closed(code: number, reason: string): Promise<void> {
    this.#outgoing.close();
    this.#behind = undefined;
    // The client does not see it, but what the abort ends must not look like a bug.
    this.#abort(new ChatError('UNAVAILABLE', 'The socket is closed.'));
    this.session?.stop();
    try {
      await this.#spoken.closed(code, reason);
    } catch (error) {
      this.#logging.logger.error({ err: error, socket: this.id }, 'closing a socket failed');
    }
    this.#isGone = true;
    this.#gone?.resolve();
  }

  /** Waits until queries and mutations are answered, closes the socket, and resolves when it is gone. */
  async finish(why: Close): Promise<void> {
    if (this.#isGone) return;
    this.#gone ??= Promise.withResolvers();
    await Promise.race([this.#frames.settled(), this.#gone.promise]);
    this.close(why);
    await this.#gone.promise;
  }

  /** Ends the socket at once, without a close frame. */
  drop(): void {
    this.#socket.terminate();
  }

  // Closes before aborting: otherwise the client would get the abort as an error of each operation, and would not reconnect.
  #end({ code, reason }: Pick<Close, 'code' | 'reason'>, error: ChatError): void {
    if (this.isOpen()) {
      this.#logging.logger.debug({ socket: this.id, code, reason }, 'closing a socket');
      this.#outgoing.flush();
      this.#socket.close(code, fitReason(reason));
    }
    this.#abort(error);
  }

  #abort(error: ChatError): void {
    this.#over.abort(error);
    this.#frames.abort(error);
  }
}
