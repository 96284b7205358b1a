import { createBackOff } from './back-off.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Failure, failureOfErrors, readFailure } from './failure.ts';
import { inform } from './inform.ts';

/** A message as it is sent, the input of a mutation: with the id that makes it safe to send again. */
export interface Numbered {
  readonly conversationId: string;
  readonly clientMessageId: string;
}

/** What of it the application gives: all but that id. */
export type Draft<M> = M extends unknown ? Omit<M, 'clientMessageId'> & { readonly clientMessageId?: never } : never;

/** What the answer to a mutation has in any case: its expected refusals. */
export interface Answer {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly retryAfterMs?: number | null | undefined }[];
}

/** Where messages that are not answered yet are kept across reloads. See `storageMessages`. */
export interface OutboxStore<M> {
  /** In the order in which they were sent. */
  load(): readonly M[];
  /** All that wait here by now. */
  save(waiting: readonly M[]): void;
}

/** What an outbox is made of. */
export interface OutboxParts<M extends Numbered, A extends Answer> {
  /**
   * Sends a message once, as `sendMessage` or `forwardMessage`, and answers its payload. Throws what the library throws of errors at the top level (by yourself, something whose
   * `errors` these are: without their codes they are taken for a network that failed, and the message is sent for ever) and of a network that is not there. Give it a time limit: what has not been answered is sent again by nobody else.
   */
  readonly send: (message: M) => Promise<A>;
  /** `storageMessages` is one that tabs may share. Absent: they are kept in memory, and gone with the page. */
  readonly store?: OutboxStore<M> | undefined;
  /** Makes ids. Default: `crypto.randomUUID()`, which browsers have on https. */
  readonly newId?: (() => string) | undefined;
  /** Called before a message is sent again, with why and after how many ms. */
  readonly onRetry?: ((message: M, failure: Failure, afterMs: number) => void) | undefined;
  /**
   * Called when a message is not taken and waits no more, by whomever it was sent: show it with why, or it is lost for who wrote it. `code` is that of the refusal, such as `MUTED`, or `RATE_LIMITED`
   * with `retryAfterMs` where it may be said later.
   */
  readonly onRefused?: ((message: M, failure: Failure) => void) | undefined;
  /** Calls what it is given when it may be worth sending again before the wait is over, as when events are followed again; answers how to call no more. See `browserWake`. */
  readonly wake?: ((wakeUp: () => void) => () => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
}

/** Messages on their way. */
export interface Outbox<M extends Numbered, A extends Answer> {
  /**
   * Sends a message until it is answered, always under the same `clientMessageId`, so that it is stored once: resolves with the payload, or with one that refuses. Rejects with
   * what `send` threw where sending it again would not help, such as a mistake in the document; where nobody is signed in any more, for it or for one before it (both go on waiting, for `resend`);
   * and when the outbox is stopped. One conversation's messages go one after the other, those first that waited already.
   */
  send(message: Draft<M>): Promise<A>;
  /** Those not answered yet, in the order in which they were sent. */
  waiting(): readonly M[];
  /** Sends what waits, or stands in the store by now, and is not on its way, each as `send` does; what waits to be sent once more is, at once. Call it when the page begins, when somebody has signed in, and for what a tab has left that is closed. */
  resend(): readonly Promise<A>[];
  /** Sends nothing more. What waits stays in the store. */
  stop(): void;
}

/** Makes an outbox of messages of one account. */
export function createOutbox<M extends Numbered, A extends Answer>(parts: OutboxParts<M, A>): Outbox<M, A> {
  const { send, store, newId = () => crypto.randomUUID(), onRetry, onRefused, wake, clock = systemClock, random = Math.random } = parts;
  let held: readonly M[] = store?.load() ?? [];
  /** The ids of those that are on their way. */
  const going = new Set<string>();
  const lasts = new Map<string, Promise<unknown>>();
  const stops = new Set<() => void>();
  const wakers = new Set<() => void>();
  let stopped = false;

  function keep(waiting: readonly M[]): void {
    // By then the store is its successor's.
    if (!stopped) store?.save(waiting);
    held = waiting;
  }

  async function pause(ms: number, { retryAfterMs }: Failure): Promise<void> {
    const since = clock.now();
    await new Promise<void>((resolve) => {
      let unwatch: (() => void) | undefined;
      // Not before the server wants it, whatever has changed here.
      const wakeUp = (): void => void (clock.now() - since >= (retryAfterMs ?? 0) && done());
      const callOff = clock.after(ms, done);
      stops.add(done);
      wakers.add(wakeUp);
      unwatch = wake?.(wakeUp);
      if (!stops.has(done)) unwatch?.();
      function done(): void {
        stops.delete(done);
        wakers.delete(wakeUp);
        callOff();
        unwatch?.();
        resolve();
      }
    });
  }

  /** One attempt: the answer, or why there is none that counts. */
  async function attempt(message: M): Promise<A | Failure> {
    try {
      const answer = await send(message);
      const [first] = answer.errors;
      // Every other code is an answer; RATE_LIMITED too, for in slow mode it may name hours.
      return first?.code === 'UNAVAILABLE' ? failureOfRefusal(first) : answer;
    } catch (error) {
      return readFailure(error);
    }
  }

  async function untilAnswered(message: M): Promise<A> {
    const backOff = createBackOff(random);
    requireFirst(message);
    for (;;) {
      if (stopped) throw new Error('The outbox was stopped: the message may be stored, and is safe to send again.');
      const outcome = await attempt(message);
      if (!('remedy' in outcome)) {
        const [first] = outcome.errors;
        return answered(message, outcome, first && failureOfRefusal(first));
      }
      // Who has to sign in first can send it again then.
      if (outcome.remedy === 'end') answered(message, null, outcome);
      if (outcome.remedy === 'end' || outcome.remedy === 'refresh') throw outcome.cause;
      const ms = backOff.next(outcome);
      inform(clock, () => onRetry?.(message, outcome, ms));
      if (!stopped) await pause(ms, outcome);
    }
  }

  function heldIn(conversation: string): readonly M[] {
    return held.filter(({ conversationId }) => conversationId === conversation);
  }

  function requireFirst({ conversationId, clientMessageId }: M): void {
    const [first] = heldIn(conversationId);
    if (first !== undefined && first.clientMessageId !== clientMessageId)
      throw new Error('A message before it waits for somebody to sign in.');
  }

  function answered<T>(message: M, answer: T, failure: Failure | undefined): T {
    keep(held.filter(({ clientMessageId }) => clientMessageId !== message.clientMessageId));
    // What was stopped leaves it in the store, where its successor hears the same.
    if (failure !== undefined && !stopped) inform(clock, () => onRefused?.(message, failure));
    return answer;
  }

  /** After the messages of its conversation that were sent before it, whatever became of them. */
  function inTurn(message: M): Promise<A> {
    const { conversationId, clientMessageId } = message;
    const before = lasts.get(conversationId);
    going.add(clientMessageId);
    const sent = (before === undefined ? untilAnswered(message) : before.then(() => untilAnswered(message))).finally(() =>
      going.delete(clientMessageId),
    );
    const last = sent.catch(() => undefined).then(() => void (lasts.get(conversationId) === last && lasts.delete(conversationId)));
    lasts.set(conversationId, last);
    return sent;
  }

  return {
    send(message) {
      const numbered = { ...message, clientMessageId: newId() } as unknown as M;
      const before = heldIn(numbered.conversationId).filter(({ clientMessageId }) => !going.has(clientMessageId));
      keep([...held, numbered]);
      // What becomes of them nobody has asked: those that come to nothing go on waiting.
      for (const earlier of before) inTurn(earlier).catch(() => undefined);
      return inTurn(numbered);
    },
    waiting: () => held,
    resend() {
      for (const wakeUp of [...wakers]) wakeUp();
      const known = new Set(held.map(({ clientMessageId }) => clientMessageId));
      held = [...held, ...(store?.load() ?? []).filter(({ clientMessageId }) => !known.has(clientMessageId))];
      return held.filter(({ clientMessageId }) => !going.has(clientMessageId)).map(inTurn);
    },
    stop() {
      stopped = true;
      for (const done of stops) done();
    },
  };
}

function failureOfRefusal(refusal: Answer['errors'][number]): Failure {
  return failureOfErrors([{ message: refusal.message, extensions: { ...refusal } }]);
}
