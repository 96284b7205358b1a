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

/** What a subscription delivers. `at`: when the node made it (for entries: when it was logged). */
export type FeedEvent =
  | { readonly kind: 'entry'; readonly at: Date; readonly entry: Entry }
  | { readonly kind: 'receipt'; readonly at: Date; readonly conversationId: bigint; readonly userId: bigint }
  | { readonly kind: 'markers'; readonly at: Date; readonly conversationId: bigint }
  | { readonly kind: 'ready'; readonly at: Date; readonly positions: readonly Position[] }
  | {
      readonly kind: 'resync';
      readonly at: Date;
      readonly streamId: bigint;
      readonly lastSeq: number | null;
      readonly reason: ResyncReason;
    };
