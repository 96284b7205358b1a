import { GraphQLError } from 'graphql';
import { type Message, MessageType, type Server, stringifyMessage, type WebSocket } from 'graphql-ws';
import type { StreamEnd } from '../src/feed/index.ts';
import { closes } from './close-codes.ts';
import type { Logging } from './logger.ts';
import type { Peer } from './peer.ts';
import type { Timeouts } from './timeouts.ts';

/** The way out to a client. */
export interface SocketOutput {
  /** The subprotocol that was agreed on in the handshake. */
  readonly protocol: string;
  send(text: string): void;
}

/** The protocol on one socket. It is told what happens there. */
export interface SocketProtocol {
  /**
   * Handles a message. Resolves when the message is done with, and the operation that it started, unless the peer serves that from then on.
   */
  receive(message: Message): Promise<void>;
  /** Called when a subscription that the peer served has ended by itself. */
  ended(id: string, end: StreamEnd): void;
  closed(code: number, reason: string): Promise<void>;
}

/** What all sockets of a node share. */
export interface ProtocolSessionParts {
  /** graphql-ws' core. */
  readonly core: Server<Peer>;
  /** The peers that have not sent connection_init yet. */
  readonly silent: Timeouts<Peer>;
  readonly logging: Logging;
  /** Returns the errors that a client gets for an operation that failed. */
  readonly errorsOf: (peer: Peer, id: string, errors: readonly GraphQLError[]) => ReturnType<GraphQLError['toJSON']>[];
}

/** The protocol on one socket, and the socket as the core sees it. */
export class ProtocolSession implements SocketProtocol, WebSocket {
  readonly #peer: Peer & SocketOutput;
  readonly #parts: ProtocolSessionParts;
  #take: ((text: string) => Promise<void>) | undefined;
  readonly #close: ReturnType<Server<Peer>['opened']>;
  #count = 0;

  constructor(peer: Peer & SocketOutput, parts: ProtocolSessionParts) {
    this.#peer = peer;
    this.#parts = parts;
    this.#close = parts.core.opened(this, peer);
    parts.silent.add(peer);
  }

  get protocol(): string {
    return this.#peer.protocol;
  }

  async send(text: string): Promise<void> {
    this.#peer.send(text);
  }

  close(code: number = closes.bug.code, reason: string = closes.bug.reason): void {
    this.#peer.close({ code, reason });
  }

  onMessage(take: (text: string) => Promise<void>): void {
    this.#take = take;
  }

  async receive(message: Message): Promise<void> {
    this.#count += 1;
    // graphql-ws' parser passes a message through that is parsed already.
    await this.#parts.logging.inRequest(`${this.#peer.id}.${this.#count}`, () => this.#take?.(message as unknown as string));
  }

  ended(id: string, { error }: StreamEnd): void {
    this.#peer.send(stringifyMessage(error === undefined ? { id, type: MessageType.Complete } : this.#failure(id, error)));
  }

  async closed(code: number, reason: string): Promise<void> {
    this.#parts.silent.remove(this.#peer);
    await this.#close(code, reason);
  }

  #failure(id: string, error: unknown): Message {
    const originalError = error instanceof Error ? error : new Error(String(error));
    const payload = this.#parts.errorsOf(this.#peer, id, [new GraphQLError(originalError.message, { originalError })]);
    return { id, type: MessageType.Error, payload };
  }
}
