import { type Message, MessageType, parseMessage } from 'graphql-ws';
import { ChatError } from '../src/errors.ts';

/** A subscription that is being served. */
export interface Served {
  /** Returns whether anything of it has been sent. */
  hasBegun(): boolean;
  /** Ends it. Nothing more is sent. */
  stop(): Promise<void>;
}

/** An operation on a socket, from its `subscribe` to its end. */
interface Operation {
  /** Set while it is a subscription that is served. */
  served: Served | undefined;
  /** Whether the core is done with it. */
  received: boolean;
  /** Whether the client has completed it. */
  completed: boolean;
  /** A later `subscribe` with the same id, after the `complete`. */
  next: Message | null;
  /** Aborts when nobody waits for the answer any more. Created on demand. */
  gone: AbortController | undefined;
  /** Resolves when the operation is over. Created on demand. */
  over: PromiseWithResolvers<void> | undefined;
}

/** The socket that frames come from, and the protocol's core on it. */
export interface FrameHandlers {
  /**
   * Handles a message of the protocol. Resolves when the message is done with, and the operation that it started, unless that is served
   * from then on.
   */
  receive(message: Message): Promise<void>;
  /** Called for a frame that is no message of the protocol, or not one from a client. */
  malformed(): void;
  /** Called for a `subscribe` whose id is in use. */
  duplicate(id: string): void;
  /** Called when `receive` rejected, which is a bug. */
  bug(error: unknown): void;
  /** Returns false once the socket closes. Frames that still arrive are ignored. */
  isOpen(): boolean;
}

// Libraries use UUIDs or numbers. The id is held as long as its operation, and sent with each event.
const longestId = 256;

const clientMessages: ReadonlySet<string> = new Set([
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
]);

/**
 * Puts a socket's incoming messages in an order that graphql-ws' core can handle. A client may reuse an id as soon as it has completed the
 * operation. The core knows operations by id alone: while the first one is still ending, it would take that end for the second one's. So
 * such a `subscribe` waits here.
 */
export class Frames {
  readonly #surroundings: FrameHandlers;
  readonly #operations = new Map<string, Operation>();

  constructor(surroundings: FrameHandlers) {
    this.#surroundings = surroundings;
  }

  /** Handles one text frame. */
  take(text: string): void {
    const message = read(text);
    if (message === null || !clientMessages.has(message.type)) this.#surroundings.malformed();
    else if (message.type === MessageType.Subscribe && message.id.length > longestId) this.#surroundings.malformed();
    else if (message.type === MessageType.Subscribe) this.#subscribe(message.id, message);
    else if (message.type === MessageType.Complete) this.#complete(message.id, message);
    else void this.#pass(message);
  }

  /** Marks an operation as a subscription that is served until `ended`. */
  serve(id: string, served: Served): void {
    const operation = this.#operations.get(id);
    if (operation === undefined) return;
    operation.served = served;
    operation.over?.resolve();
  }

  /** Called when the subscription has ended. Returns false if its client ended it and is to be told nothing. */
  ended(id: string): boolean {
    const operation = this.#operations.get(id);
    if (operation === undefined) return false;
    operation.served = undefined;
    if (operation.received) this.#end(id, operation);
    return !operation.completed;
  }

  /** Returns a signal that aborts when the client completes the operation. Undefined if there is no such operation. */
  whileAwaited(id: string): AbortSignal | undefined {
    const operation = this.#operations.get(id);
    if (operation === undefined) return undefined;
    operation.gone ??= new AbortController();
    if (operation.completed) operation.gone.abort(completed());
    return operation.gone.signal;
  }

  /** Aborts all operations: nobody waits for an answer any more. */
  abort(error: ChatError): void {
    for (const { gone } of this.#operations.values()) gone?.abort(error);
  }

  /** Returns the number of operations that run. Those that the client has completed count until they have ended. */
  count(): number {
    return this.#operations.size;
  }

  /** Returns whether anything has been sent of a subscription other than this one. */
  serves(except: string): boolean {
    return [...this.#operations].some(([id, { served }]) => id !== except && served?.hasBegun() === true);
  }

  /** Resolves when every query and mutation has ended and was answered. */
  async settled(): Promise<void> {
    const ending = [...this.#operations.values()].filter(({ served }) => served === undefined);
    for (const operation of ending) operation.over ??= Promise.withResolvers();
    await Promise.all(ending.map(({ over }) => over?.promise));
  }

  #pass(message: Message): Promise<void> | undefined {
    if (!this.#surroundings.isOpen()) return undefined;
    return this.#surroundings.receive(message).catch((error: unknown) => {
      // A ping is answered with its payload. One that nests thousands of levels deep overflows the stack there.
      if (error instanceof RangeError) this.#surroundings.malformed();
      else this.#surroundings.bug(error);
    });
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
    // The core does not know subscriptions that are served.
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
