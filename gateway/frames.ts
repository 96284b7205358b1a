import { type Message, MessageType, parseMessage } from 'graphql-ws';

/** What takes the protocol's messages, one by one: resolves when the message, and the operation that it started, is done with. */
export type Receive = (message: Message) => Promise<void>;

/** One operation on a socket, from its `subscribe` to its end. */
interface Operation {
  /** Settles when nothing of it is left. */
  readonly done: Promise<void>;
  lasting: boolean;
  /** The client has completed it. */
  completed: boolean;
  /** A `subscribe` with the same id that came after that. */
  next: Message | null;
}

/** A socket's incoming messages, put in an order that the protocol's core can take. */
export interface Frames {
  /** Takes one text frame. Never rejects. */
  take(text: string): Promise<void>;
  /** Marks an operation as a subscription: one that does not end by itself. */
  markLasting(id: string): void;
  /** Resolves when every operation that ends by itself has ended and has been answered. */
  settled(): Promise<void>;
}

/** What a socket's frames need to know of the socket, and tell it. */
export interface Surroundings {
  /** Not a message of the protocol, or not one that a client sends. */
  onMalformed(): void;
  onDuplicate(id: string): void;
  /** `receive` rejected: a bug. */
  onBug(error: unknown): void;
  /** False once the socket closes: what still arrives is not acted on. */
  isOpen(): boolean;
}

const clientMessages: ReadonlySet<string> = new Set([
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
]);

/**
 * Stands between a socket and graphql-ws' core, which keeps operations by id alone: a client may use an id again as soon as it has completed
 * it, and while the first one still winds down the core would take its end for the second one's. Such a `subscribe` waits here.
 */
export function createFrames(receive: Receive, { onMalformed, onDuplicate, onBug, isOpen }: Surroundings): Frames {
  const operations = new Map<string, Operation>();

  async function pass(message: Message): Promise<void> {
    if (!isOpen()) return;
    try {
      await receive(message);
    } catch (error) {
      onBug(error);
    }
  }

  async function start(id: string, message: Message): Promise<void> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const operation: Operation = { done, lasting: false, completed: false, next: null };
    operations.set(id, operation);
    await pass(message);
    operations.delete(id);
    if (operation.next !== null) await start(id, operation.next);
    resolve();
  }

  async function subscribe(id: string, message: Message): Promise<void> {
    const earlier = operations.get(id);
    if (!earlier?.completed) await start(id, message);
    else if (earlier.next !== null) onDuplicate(id);
    else earlier.next = message;
  }

  function complete(id: string, message: Message): Promise<void> {
    const operation = operations.get(id);
    if (operation?.completed) operation.next = null;
    else if (operation) operation.completed = true;
    return pass(message);
  }

  return {
    // Not async: the frame's text would be kept as long as its operation lasts.
    take(text) {
      const message = read(text);
      if (message === null || !clientMessages.has(message.type)) return Promise.resolve(onMalformed());
      if (message.type === MessageType.Subscribe) return subscribe(message.id, message);
      if (message.type === MessageType.Complete) return complete(message.id, message);
      return pass(message);
    },
    markLasting(id) {
      const operation = operations.get(id);
      if (operation) operation.lasting = true;
    },
    async settled() {
      await Promise.all([...operations.values()].filter(({ lasting }) => !lasting).map(({ done }) => done));
    },
  };
}

function read(text: string) {
  try {
    return parseMessage(text);
  } catch {
    return null;
  }
}
