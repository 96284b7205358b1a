import { readWatch, type Variables } from './document.ts';
import type { Result, Sink } from './inflow.ts';
import { memoryPositions, type PositionStore } from './position.ts';
import { type Delivery, type Following, type ResumeOptions, resume } from './resume.ts';
import { readTyped, type TypedDocument, type TypedText } from './typed-document.ts';

/** The request of a subscription: the payload of graphql-ws' `subscribe`. */
export interface Payload {
  /** Empty if `extensions` has its hash. */
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** Starts a subscription. The returned function ends it. `client.subscribe` of graphql-ws and of graphql-sse has this type. */
export type Subscribe = (payload: Payload, sink: Sink) => () => void;

/** The event type of a document: the type of its root field. */
export type EventOf<D> = D extends object ? NonNullable<D[Exclude<keyof D, '__typename'>]> : unknown;

/** The parameters of `followEvents`. */
export interface FollowParts<D, V> extends ResumeOptions {
  /**
   * One subscription, to `events` or `conversationEvents`, that selects what resuming needs. If it does not, the error says what to add.
   */
  readonly document: TypedDocument<D, V> | TypedText<D, V> | string;
  /**
   * Sends the hash that codegen gave the document (`persistedDocuments`) instead of its text, for servers that run only trusted documents.
   */
  readonly byHash?: boolean | undefined;
  /** The variables other than `after` and `epoch`. */
  readonly variables?: Omit<V, 'after' | 'epoch'> | undefined;
  readonly subscribe: Subscribe;
  /** Keeps the positions. Default: in memory, starting with what happens next. */
  readonly positions?: PositionStore | undefined;
  /**
   * Called for each event, one at a time: the next event waits until this call has finished. If it throws or rejects, the position does not
   * move, the connection ends, and the event comes again after a growing wait.
   */
  readonly onEvent: (event: EventOf<D>, delivery: Delivery) => void | Promise<void>;
}

/**
 * Follows all events of the viewer, or of one conversation. Each log entry is passed to `onEvent` exactly once and in order per stream,
 * however often the connection breaks. Throws DocumentError at once if the document cannot be resumed.
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
