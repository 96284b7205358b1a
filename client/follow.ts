import { readWatch, type Variables } from './document.ts';
import type { Result, Sink } from './inflow.ts';
import { memoryPositions, type PositionStore } from './position.ts';
import { type Delivery, type Following, type ResumeOptions, resume } from './resume.ts';
import { readTyped, type TypedDocument, type TypedText } from './typed-document.ts';

/** What a subscription is begun with: the payload of graphql-ws' `subscribe`. */
export interface Payload {
  /** Empty where `extensions` names it. */
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** Begins a subscription; what it answers ends it. `client.subscribe` of graphql-ws and of graphql-sse is one. */
export type Subscribe = (payload: Payload, sink: Sink) => () => void;

/** The events that a document brings: what stands under its root field. */
export type EventOf<D> = D extends object ? NonNullable<D[Exclude<keyof D, '__typename'>]> : unknown;

/** Who follows, by what, and what becomes of it. */
export interface FollowParts<D, V> extends ResumeOptions {
  /** One subscription, to `events` or `conversationEvents`, that selects what resuming takes: where it does not, the error says what to add. */
  readonly document: TypedDocument<D, V> | TypedText<D, V> | string;
  /** Sends the hash that codegen has given the document (`persistedDocuments`) in place of its text, to a server that runs trusted documents alone. */
  readonly byHash?: boolean | undefined;
  /** Variables beside `after` and `epoch`. */
  readonly variables?: Omit<V, 'after' | 'epoch'> | undefined;
  readonly subscribe: Subscribe;
  /** Where positions are kept. Default: in memory, beginning with what happens next. */
  readonly positions?: PositionStore | undefined;
  /**
   * Called for each event, once it is its turn: the next comes when this one is applied. What it throws, or rejects with, ends the connection; the position stays where
   * it was, and the event comes again after a wait that grows.
   */
  readonly onEvent: (event: EventOf<D>, delivery: Delivery) => void | Promise<void>;
}

/**
 * Follows all that happens to the viewer, or one conversation: each log entry comes to `onEvent` once and in order per stream, however often the
 * connection breaks. Throws DocumentError at once where the document cannot be resumed.
 *
 * @example
 * const following = followEvents({ document: watch, subscribe: client.subscribe, positions, onEvent: apply });
 * const { reason } = await following.ended;
 */
export function followEvents<D = unknown, V = Variables>(parts: FollowParts<D, V>): Following {
  const { document, byHash = false, variables, subscribe, positions = memoryPositions(), onEvent, ...options } = parts;
  const { parsed, named } = readTyped(document, byHash);
  return resume<Result>({
    watch: readWatch(parsed),
    given: { ...variables },
    positions,
    subscribe: (placed, sink) => subscribe({ ...named, variables: { ...placed } }, sink),
    apply: (event, _, delivery) => onEvent(event as EventOf<D>, delivery),
    options,
  });
}
