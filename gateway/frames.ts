import { type Message, MessageType, parseMessage } from 'graphql-ws';
import { ChatError } from '../src/errors.ts';

/** A subscription that is being served. */
export interface Served {
  /** Whether anything of it has been sent. */
  hasBegun(): boolean;
  /** Ends it, with nothing more sent. */
  stop(): Promise<void>;
}

/** One operation on a socket, from its `subscribe` to its end. */
interface Operation {
  /** Set while it is a subscription that is served. */
  served: Served | undefined;
  /** The core is done with it. */
  received: boolean;
  /** The client has completed it. */
  completed: boolean;
  /** A `subscribe` with the same id that came after that. */
  next: Message | null;
  /** Aborted when nobody waits for its answer any more; made for what would heed it. */
  gone: AbortController | undefined;
  /** Resolved when nothing of it is left; made for who waits. */
  over: PromiseWithResolvers<void> | undefined;
}

/** The socket that frames come from, and the protocol's core on it. */
export interface Surroundings {
  /** Takes the protocol's messages, one by one: resolves when the message is done with, and the operation that it started, unless that is served from then on. */
  receive(message: Message): Promise<void>;
  /** Not a message of the protocol, or not one that a client sends. */
  malformed(): void;
  /** An operation with this id is under way already. */
  duplicate(id: string): void;
  /** `receive` rejected: a bug. */
  bug(error: unknown): void;
  /** False once the socket closes: what still arrives is not acted on. */
  isOpen(): boolean;
}

// Libraries use UUIDs or numbers. It is kept as long as its operation, and sent with each event.
const longestId = 256;

const clientMessages: ReadonlySet<string> = new Set([
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
]);

/**
 * A socket's incoming messages, put in an order that graphql-ws' core can take. It keeps operations by id alone: a client may use an id again
 * as soon as it has completed it, and while the first one still winds down the core would take its end for the second one's. Such a
 * `subscribe` waits here.
 */
export class Frames {
  readonly #surroundings: Surroundings;
  readonly #operations = new Map<string, Operation>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Takes one text frame. */
  take(text: string): void {
    const message = read(text);
    if (message === null || !clientMessages.has(message.type)) this.#surroundings.malformed();
    else if (message.type === MessageType.Subscribe && message.id.length > longestId) this.#surroundings.malformed();
    else if (message.type === MessageType.Subscribe) this.#subscribe(message.id, message);
    else if (message.type === MessageType.Complete) this.#complete(message.id, message);
    else void this.#pass(message);
  }

  /** An operation under way turns out to be a subscription: it goes on until `ended`. */
  serve(id: string, served: Served): void {
    const operation = this.#operations.get(id);
    if (operation === undefined) return;
    operation.served = served;
    operation.over?.resolve();
  }

  /** What was served has ended. False: its client has ended it, and is to be told nothing. */
  ended(id: string): boolean {
    const operation = this.#operations.get(id);
    if (operation === undefined) return false;
    operation.served = undefined;
    if (operation.received) this.#end(id, operation);
    return !operation.completed;
  }

  /** Aborts when the client completes an operation that is under way; undefined: there is none. */
  whileAwaited(id: string): AbortSignal | undefined {
    const operation = this.#operations.get(id);
    if (operation === undefined) return undefined;
    operation.gone ??= new AbortController();
    if (operation.completed) operation.gone.abort(completed());
    return operation.gone.signal;
  }

  /** Nobody waits for any answer any more. */
  abort(error: ChatError): void {
    for (const { gone } of this.#operations.values()) gone?.abort(error);
  }

  /** Operations that the client has not completed. */
  count(): number {
    return [...this.#operations.values()].filter(({ completed }) => !completed).length;
  }

  /** Whether anything has been sent of a subscription other than this one. */
  serves(except: string): boolean {
    return [...this.#operations].some(([id, { served }]) => id !== except && served?.hasBegun() === true);
  }

  /** Resolves when every operation that ends by itself has ended and has been answered. */
  async settled(): Promise<void> {
    const ending = [...this.#operations.values()].filter(({ served }) => served === undefined);
    for (const operation of ending) operation.over ??= Promise.withResolvers();
    await Promise.all(ending.map(({ over }) => over?.promise));
  }

  #pass(message: Message): Promise<void> | undefined {
    if (!this.#surroundings.isOpen()) return undefined;
    return this.#surroundings.receive(message).catch((error: unknown) => this.#surroundings.bug(error));
  }

  #start(id: string, message: Message, over?: Operation['over']): void {
    const operation: Operation = { served: undefined, received: false, completed: false, next: null, gone: undefined, over };
    this.#operations.set(id, operation);
    void Promise.resolve(this.#pass(message)).then(() => this.#received(id, operation));
  }

  #received(id: string, operation: Operation): void {
    operation.received = true;
    if (operation.served === undefined) this.#end(id, operation);
  }

  #end(id: string, operation: Operation): void {
    this.#operations.delete(id);
    if (operation.next === null) operation.over?.resolve();
    else this.#start(id, operation.next, operation.over);
  }

  #subscribe(id: string, message: Message): void {
    const earlier = this.#operations.get(id);
    if (earlier === undefined) this.#start(id, message);
    else if (!earlier.completed || earlier.next !== null) this.#surroundings.duplicate(id);
    else earlier.next = message;
  }

  #complete(id: string, message: Message): void {
    const operation = this.#operations.get(id);
    if (operation?.completed) operation.next = null;
    else if (operation) {
      operation.completed = true;
      operation.gone?.abort(completed());
    }
    // The core knows nothing of what is served.
    if (operation?.served !== undefined) void operation.served.stop();
    else void this.#pass(message);
  }
}

function completed(): ChatError {
  return new ChatError('UNAVAILABLE', 'The operation was completed by its client.');
}

function read(text: string): Message | null {
  try {
    return parseMessage(text);
  } catch {
    return null;
  }
}
