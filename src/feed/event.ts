import type { Entry } from '../log/index.ts';

/** A position in a stream, as the server gives it to clients. They send it back to resume. */
export interface Position {
  readonly streamId: bigint;
  readonly seq: number;
  readonly epoch: string;
}

/** A position that a client sends. `readSeq`: the viewer's own read marker as the client knows it. */
export interface KnownPosition {
  readonly streamId: bigint;
  readonly seq: number;
  readonly epoch?: string | undefined;
  readonly readSeq?: number | undefined;
}

/** Why a part of a stream cannot be delivered (schema: `enum ResyncReason`). */
export const resyncReasons = ['GAP_TOO_LARGE', 'POSITION_TOO_OLD', 'POSITION_AHEAD', 'OTHER_EPOCH', 'REJOINED', 'GONE'] as const;
export type ResyncReason = (typeof resyncReasons)[number];

/** An entry as a subscription delivers it. */
export interface EntryEvent {
  readonly kind: 'entry';
  readonly at: Date;
  readonly entry: Entry;
}

/** An event of a subscription. `at`: when the node created it (for an entry: when it was logged). */
export type FeedEvent =
  | EntryEvent
  | {
      readonly kind: 'receipt';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      /** `ownOnly`: only for the user. `othersOnly`: for everybody but the user. */
      readonly ownOnly: boolean;
      readonly othersOnly: boolean;
    }
  | {
      readonly kind: 'typing';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly typing: boolean;
      /** Users who must not be told. */
      readonly except: readonly bigint[];
    }
  | {
      readonly kind: 'signal';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly name: string;
      /** JSON of an object, or null if the signal has no data. */
      readonly data: string | null;
      readonly sentAt: Date;
      /** The only recipients besides the sender's other devices. null: everybody. */
      readonly only: readonly bigint[] | null;
      /** Users who must not be told. */
      readonly except: readonly bigint[];
    }
  | { readonly kind: 'markers'; readonly at: Date; readonly conversationId: bigint }
  | { readonly kind: 'ready'; readonly at: Date; readonly positions: readonly Position[] }
  | {
      readonly kind: 'resync';
      readonly at: Date;
      readonly streamId: bigint;
      readonly lastSeq: number | null;
      readonly reason: ResyncReason;
    };

const events = new WeakMap<Entry, EntryEvent>();

/** Returns the event of an entry. All listeners receive the same object, so that what is made of it for one is shared with the next. */
export function eventOf(entry: Entry): EntryEvent {
  const known = events.get(entry);
  if (known !== undefined) return known;
  const event: EntryEvent = { kind: 'entry', at: entry.at, entry };
  events.set(entry, event);
  return event;
}

/**
 * Whether a user is told of an event that is not logged. Left out are their own typing, signals for others, and events of users who have
 * blocked them or whom they have blocked.
 */
export function isToldOf(
  event: Extract<FeedEvent, { readonly kind: 'receipt' | 'typing' | 'signal' | 'markers' }>,
  listenerId: bigint,
): boolean {
  if (event.kind === 'signal') return event.userId === listenerId || isFor(event, listenerId);
  if (event.kind === 'typing') return event.userId !== listenerId && !event.except.includes(listenerId);
  return event.kind !== 'receipt' || (event.userId === listenerId ? !event.othersOnly : !event.ownOnly);
}

function isFor({ only, except }: Extract<FeedEvent, { readonly kind: 'signal' }>, listenerId: bigint): boolean {
  return (only === null || only.includes(listenerId)) && !except.includes(listenerId);
}
