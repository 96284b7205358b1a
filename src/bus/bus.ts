/** How a message is published. */
export interface PublishOptions {
  /** The message must not arrive twice anywhere: a message that may have gone out counts as handed over. Defaults to false. */
  readonly once?: boolean;
}

/** Called synchronously with each message of a topic, in the bus' order. Must not throw. */
export type OnMessage = (message: string) => void;

/**
 * Topics between nodes. A published message is a hint and may be lost. Every loss that the bus can detect is reported by `onGap`. Messages
 * are not kept for later subscribers.
 */
export interface Bus extends AsyncDisposable {
  /**
   * Subscribes to a topic. Resolves once every later publish, from any node, will be delivered. A topic can have one subscription per node:
   * a second one is a bug and throws. Throws ChatError UNAVAILABLE if the bus does not acknowledge in time (config BUS_TIMEOUT_MS); then
   * nothing is subscribed.
   */
  subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe>;
  /**
   * Publishes a message, best effort. No answer to a client may wait for it. Resolves with true once the message is handed over, and with
   * false if it was given up; this takes a bounded time. Never rejects. After false, `onGap` calls as soon as messages can be published
   * again. (With `withLocalEcho`, this node receives the message in both cases.)
   */
  publish(topic: string, message: string, options?: PublishOptions): Promise<boolean>;
  /**
   * Calls the listener after any interval in which messages may have been lost, such as a reconnect. Returns a function that removes it.
   */
  onGap(listener: () => void): () => void;
  /** False while messages cannot be sent or received. */
  readonly healthy: boolean;
}

/** Stops delivery at once: no call of OnMessage after it returns. The bus is told in the background. Idempotent. */
export type Unsubscribe = () => void;
