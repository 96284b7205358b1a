import type { Entry } from '../log/index.ts';

/** A place in a stream; give back what you got. */
export interface Position {
  readonly streamId: bigint;
  readonly seq: number;
  readonly epoch: string;
}

/** A place that a client has. `readSeq`: the viewer's own marker as the client has it. */
export interface KnownPosition {
  readonly streamId: bigint;
  readonly seq: number;
  readonly epoch?: string | undefined;
  readonly readSeq?: number | undefined;
}

/** Why a part of a stream cannot be had (schema: `enum ResyncReason`). */
export const resyncReasons = ['GAP_TOO_LARGE', 'POSITION_TOO_OLD', 'POSITION_AHEAD', 'OTHER_EPOCH', 'REJOINED', 'GONE'] as const;
export type ResyncReason = (typeof resyncReasons)[number];

/** An entry, as a subscription delivers it. */
export interface EntryEvent {
  readonly kind: 'entry';
  readonly at: Date;
  readonly entry: Entry;
}

/** What a subscription delivers. `at`: when the node made it (for entries: when it was logged). */
export type FeedEvent =
  | EntryEvent
  | {
      readonly kind: 'receipt';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      /** Nobody but the user is told; or everybody but them. */
      readonly ownOnly: boolean;
      readonly othersOnly: boolean;
    }
  | {
      readonly kind: 'typing';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly typing: boolean;
      /** Who is not told. */
      readonly except: readonly bigint[];
    }
  | {
      readonly kind: 'signal';
      readonly at: Date;
      readonly conversationId: bigint;
      readonly userId: bigint;
      readonly name: string;
      /** JSON of an object; null: nothing goes with it. */
      readonly data: string | null;
      readonly sentAt: Date;
      /** Whose alone it is, beside the sender's own devices; null: everybody's. */
      readonly only: readonly bigint[] | null;
      /** Who is not told. */
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

/** The event of an entry: one for all who are told of it, so that what is made of it for one can be given to the next. */
export function eventOf(entry: Entry): EntryEvent {
  const known = events.get(entry);
  if (known !== undefined) return known;
  const event: EntryEvent = { kind: 'entry', at: entry.at, entry };
  events.set(entry, event);
  return event;
}

/** Whether a user is told of what is not logged: not of their own typing, nor of a signal for others, nor of what is kept from them because one of the two has blocked the other. */
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
