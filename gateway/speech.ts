import { GraphQLError } from 'graphql';
import { type Message, MessageType, type Server, stringifyMessage, type WebSocket } from 'graphql-ws';
import type { StreamEnd } from '../src/feed/index.ts';
import { closes } from './close-codes.ts';
import type { Logging } from './logger.ts';
import type { Patience } from './patience.ts';
import type { Peer } from './peer.ts';

/** The way out to a client. */
export interface Line {
  /** What was agreed on in the handshake. */
  readonly protocol: string;
  send(text: string): void;
}

/** The protocol on one socket, as it is told what happens there. */
export interface Spoken {
  /** Takes a message: resolves when it is done with, and the operation that it started, unless the peer serves that from then on. */
  receive(message: Message): Promise<void>;
  /** What the peer served has ended by itself. */
  ended(id: string, end: StreamEnd): void;
  closed(code: number, reason: string): Promise<void>;
}

/** What all sockets of a node speak with. */
export interface SpeechParts {
  /** graphql-ws' core. */
  readonly core: Server<Peer>;
  /** Those whose connection_init is waited for. */
  readonly silent: Patience<Peer>;
  readonly logging: Logging;
  /** What a client is told of an operation that failed. */
  readonly errorsOf: (peer: Peer, id: string, errors: readonly GraphQLError[]) => ReturnType<GraphQLError['toJSON']>[];
}

/** The protocol on one socket, and what the core has for its socket. */
export class Speech implements Spoken, WebSocket {
  readonly #peer: Peer & Line;
  readonly #parts: SpeechParts;
  #take: ((text: string) => Promise<void>) | undefined;
  readonly #close: ReturnType<Server<Peer>['opened']>;
  #count = 0;

  constructor(peer: Peer & Line, parts: SpeechParts) {
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
    // Its parser takes a message that has been parsed as it is.
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
