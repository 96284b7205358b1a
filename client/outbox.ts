import { createBackOff } from './back-off.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Failure, failureOfErrors, readFailure } from './failure.ts';
import { inform } from './inform.ts';

/** A message as it is sent: the input of a mutation, with the id that makes a retry safe. */
export interface Numbered {
  readonly conversationId: string;
  readonly clientMessageId: string;
}

/** The message as the application passes it: without that id, unless the application needed it before, for example to upload a file. */
export type Draft<M> = M extends unknown ? Omit<M, 'clientMessageId'> & { readonly clientMessageId?: string } : never;

/** What the payload of every mutation has: its expected refusals. */
export interface Answer {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly retryAfterMs?: number | null | undefined }[];
}

/** Keeps unanswered messages across reloads. See `storageMessages`. */
export interface OutboxStore<M> {
  /** The stored messages, in the order in which they were sent. For the outbox only: it saves what it has loaded. */
  load(): readonly M[];
  /** Stores all messages that wait now. */
  save(waiting: readonly M[]): void;
}

/** The parts of an outbox. */
export interface OutboxParts<M extends Numbered, A extends Answer> {
  /**
   * Sends a message once, by `sendMessage` or `forwardMessage`, and returns its payload. It must throw the library's error for top-level
   * GraphQL errors and for a network failure. Without a library, throw an object whose `errors` are the GraphQL errors: without their codes
   * they count as a network failure, and the message is retried for ever. Give it a time limit, because nothing else retries an unanswered
   * send.
   */
  readonly send: (message: M) => Promise<A>;
  /** For example `storageMessages`, which tabs may share. Default: in memory, until the page is closed. */
  readonly store?: OutboxStore<M> | undefined;
  /** Makes ids. Defaults to `crypto.randomUUID()`, which browsers have on https only. */
  readonly newId?: (() => string) | undefined;
  /** Called before a retry, with the reason and the wait in ms. */
  readonly onRetry?: ((message: M, failure: Failure, afterMs: number) => void) | undefined;
  /**
   * Called when a message was refused and left the outbox, also one from an earlier page. Show it with the reason, or its author loses it.
   * `code` is that of the refusal, such as `MUTED`, or `RATE_LIMITED` with `retryAfterMs` if it can be sent later.
   */
  readonly onRefused?: ((message: M, failure: Failure) => void) | undefined;
  /**
   * Registers a function to call when a retry may succeed before the wait is over, for example when events are followed again. Returns a
   * function that unregisters it. See `browserWake`.
   */
  readonly wake?: ((wakeUp: () => void) => () => void) | undefined;
  /** Stops the outbox when aborted. Take `session.signal`, or messages that still wait are sent as the next user's. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
}

/** Messages that are being sent. */
export interface Outbox<M extends Numbered, A extends Answer> {
  /**
   * Sends a message and retries until it is answered, always with the same `clientMessageId`, so that it is stored once. Messages of one
   * conversation are sent one after another, those that waited before first.
   *
   * Resolves with the payload, which can be a refusal. Rejects with the error of `send` if a retry would not help, such as for a mistake in
   * the document; if nobody is signed in any more, or another device has taken the place of this one, for this message or one before it
   * (both stay in the outbox, for `resend`); if a message with its `clientMessageId` waits already; if it is discarded before it is
   * answered; and when the outbox is stopped.
   */
  send(message: Draft<M>): Promise<A>;
  /** The messages that are not answered yet, in the order in which they were sent. */
  waiting(): readonly M[];
  /**
   * Why the last attempt to send a waiting message failed, or null if none has failed. While it is retried, `onRetry` says when this
   * changes.
   */
  failureOf(clientMessageId: string): Failure | null;
  /**
   * Gives up a waiting message, for example one that a proxy refuses each time, so that those after it are sent. An attempt that is under
   * way is still waited for.
   *
   * The message may be stored, if an attempt had no answer. To send it changed, give the new one the same `clientMessageId`: it is refused
   * with CONFLICT if the first one was stored.
   */
  discard(clientMessageId: string): void;
  /**
   * Sends all messages that wait here or in the store and are not being sent, each as `send` does. Retries pending ones at once. Call it
   * when the page starts, after a sign-in, and for messages that a closed tab left in the store.
   */
  resend(): readonly Promise<A>[];
  /** Stops sending. Waiting messages stay in the store. */
  stop(): void;
}

/** Creates an outbox for the messages of one account. */
export function createOutbox<M extends Numbered, A extends Answer>(parts: OutboxParts<M, A>): Outbox<M, A> {
  const { send, store, newId = () => crypto.randomUUID(), onRetry, onRefused, wake, signal } = parts;
  const { clock = systemClock, random = Math.random } = parts;
  let held: readonly M[] = store?.load() ?? [];
  /** The messages that are being sent. */
  const going = new Set<M>();
  const failures = new WeakMap<M, Failure>();
  const lasts = new Map<string, Promise<unknown>>();
  /** They end the waits before retries. */
  const stops = new Map<M, () => void>();
  const wakers = new Set<() => void>();
  let stopped = false;

  function keep(waiting: readonly M[]): void {
    // After `stop`, the store belongs to the next outbox.
    if (!stopped) store?.save(waiting);
    held = waiting;
  }

  async function pause(message: M, ms: number, { retryAfterMs }: Failure): Promise<void> {
    const since = clock.now();
    await new Promise<void>((resolve) => {
      let unwatch: (() => void) | undefined;
      // Not earlier than the server asked for, whatever has changed here.
      const wakeUp = (): void => void (clock.now() - since >= (retryAfterMs ?? 0) && done());
      const callOff = clock.after(ms, done);
      stops.set(message, done);
      wakers.add(wakeUp);
      unwatch = wake?.(wakeUp);
      if (!stops.has(message)) unwatch?.();
      function done(): void {
        stops.delete(message);
        wakers.delete(wakeUp);
        callOff();
        unwatch?.();
        resolve();
      }
    });
  }

  /** One attempt: the payload, or why there is none that settles it. */
  async function attempt(message: M): Promise<A | Failure> {
    try {
      const answer = await send(message);
      const [first] = answer.errors;
      // Every other code settles it, also RATE_LIMITED, because slow mode can ask for hours.
      return first?.code === 'UNAVAILABLE' ? failureOfRefusal(first) : answer;
    } catch (error) {
      return readFailure(error);
    }
  }

  async function untilAnswered(message: M): Promise<A> {
    const backOff = createBackOff(random);
    for (;;) {
      requireTurn(message);
      const outcome = await attempt(message);
      if (!('remedy' in outcome)) {
        const [first] = outcome.errors;
        return answered(message, outcome, first && failureOfRefusal(first));
      }
      failures.set(message, outcome);
      if (outcome.remedy === 'end' && !saysNothing(outcome)) answered(message, null, outcome);
      if (outcome.remedy === 'end' || outcome.remedy === 'refresh') throw outcome.cause;
      const ms = backOff.next(outcome);
      inform(clock, () => onRetry?.(message, outcome, ms));
      if (!stopped && held.includes(message)) await pause(message, ms, outcome);
    }
  }

  function heldAs(id: string): M | undefined {
    return held.find(({ clientMessageId }) => clientMessageId === id);
  }

  function heldIn(conversation: string): readonly M[] {
    return held.filter(({ conversationId }) => conversationId === conversation);
  }

  function requireTurn(message: M): void {
    if (stopped) throw new Error('The outbox was stopped: the message may be stored, and is safe to send again.');
    if (!held.includes(message)) throw new Error('The message was discarded. It may be stored, if an attempt had no answer.');
    if (heldIn(message.conversationId)[0] !== message) throw new Error('A message before it waits for a sign-in, or for resend().');
  }

  function answered<T>(message: M, answer: T, failure: Failure | undefined): T {
    const isHeld = held.includes(message);
    if (isHeld) keep(held.filter((one) => one !== message));
    // A stopped outbox leaves it in the store, where the next one gets the same answer.
    if (failure !== undefined && isHeld && !stopped) inform(clock, () => onRefused?.(message, failure));
    return answer;
  }

  /** Sends a message after the earlier ones of its conversation, whatever their outcome. */
  function inTurn(message: M): Promise<A> {
    const { conversationId } = message;
    const before = lasts.get(conversationId);
    going.add(message);
    const sent = (before === undefined ? untilAnswered(message) : before.then(() => untilAnswered(message))).finally(() =>
      going.delete(message),
    );
    const last = sent.catch(() => undefined).then(() => void (lasts.get(conversationId) === last && lasts.delete(conversationId)));
    lasts.set(conversationId, last);
    return sent;
  }

  function stop(): void {
    stopped = true;
    signal?.removeEventListener('abort', stop);
    for (const done of [...stops.values()]) done();
  }

  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  return {
    async send(message) {
      const numbered = { ...message, clientMessageId: message.clientMessageId ?? newId() } as unknown as M;
      if (heldAs(numbered.clientMessageId) !== undefined) throw new Error('A message with this clientMessageId waits already.');
      const before = heldIn(numbered.conversationId).filter((one) => !going.has(one));
      keep([...held, numbered]);
      // Nobody waits for their outcome: those that fail stay in the outbox.
      for (const earlier of before) inTurn(earlier).catch(() => undefined);
      return await inTurn(numbered);
    },
    waiting: () => held,
    resend() {
      for (const wakeUp of [...wakers]) wakeUp();
      const known = new Set(held.map(({ clientMessageId }) => clientMessageId));
      const left = (store?.load() ?? []).filter(({ clientMessageId }) => !known.has(clientMessageId));
      if (left.length > 0) keep([...held, ...left]);
      return held.filter((one) => !going.has(one)).map(inTurn);
    },
    failureOf(clientMessageId) {
      const message = heldAs(clientMessageId);
      return (message && failures.get(message)) ?? null;
    },
    discard(clientMessageId) {
      const message = heldAs(clientMessageId);
      if (message === undefined) return;
      keep(held.filter((one) => one !== message));
      stops.get(message)?.();
    },
    stop,
  };
}

/**
 * Whether a socket was closed for its user, who was signed out (4401) or has come with another device (1008). The message may be stored, and
 * can be sent again.
 */
function saysNothing({ code }: Failure): boolean {
  return code === 4401 || code === 1008;
}

function failureOfRefusal(refusal: Answer['errors'][number]): Failure {
  return failureOfErrors([{ message: refusal.message, extensions: { ...refusal } }]);
}
