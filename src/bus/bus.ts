/** Called with each message of a topic, in the order the bus had them. Must not throw; runs synchronously. */
export type OnMessage = (message: string) => void;

/**
 * Topics between nodes. A published message is a hint: it may be lost, but a loss that the bus can know of is reported by `onGap`,
 * never hidden. Nothing is kept for those who were not subscribed.
 */
export interface Bus extends AsyncDisposable {
  /**
   * Resolves when every later publish, from any node, will be heard. At most one OnMessage per topic and node: a second
   * subscribe to a topic that is subscribed is a bug and throws. Throws ChatError UNAVAILABLE when the bus does not acknowledge in time
   * (config BUS_TIMEOUT_MS); then nothing is subscribed.
   */
  subscribe(topic: string, onMessage: OnMessage): Promise<Unsubscribe>;
  /**
   * Best effort and never awaited by an answer to a client: resolves when handed over, or given up (bounded), never rejects. False: given up; `onGap` calls when
   * the next may be handed over. (Through withOwnEar it is heard on this node all the same.)
   */
  publish(topic: string, message: string): Promise<boolean>;
  /** Called after any interval in which messages may have been lost (a reconnect). Returns the way to stop listening. */
  onGap(listener: () => void): () => void;
  /** False while messages cannot be sent or heard. */
  readonly healthy: boolean;
}

/** Stops a topic's messages at once (no call to OnMessage after it returns) and tells the bus in the background. Idempotent. */
export type Unsubscribe = () => void;
