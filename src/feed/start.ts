import type { KnownPosition, ResyncReason } from './event.ts';
import type { StreamHead } from './snapshot.ts';

/** The position after which a stream is entered, and the reason if it is not the client's position. */
export interface Start {
  readonly seq: number;
  readonly resync: ResyncReason | null;
}

interface StartParts {
  readonly epoch: string;
  readonly head: StreamHead;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  readonly maxGap: number;
}

/** Decides where to enter a stream, given the client's position. Without a position, it is the head. */
export function startOf(known: Pick<KnownPosition, 'seq' | 'epoch'> | undefined, { epoch, head, fromSeq, maxGap }: StartParts): Start {
  const { lastSeq, floorSeq } = head;
  if (known === undefined) return { seq: lastSeq, resync: null };
  if (known.epoch !== undefined && known.epoch !== epoch) return { seq: lastSeq, resync: 'OTHER_EPOCH' };
  if (known.seq > lastSeq) return { seq: lastSeq, resync: 'POSITION_AHEAD' };
  const rejoined = known.seq < fromSeq - 1;
  const seq = rejoined ? fromSeq - 1 : known.seq;
  if (seq < floorSeq) return { seq: lastSeq, resync: 'POSITION_TOO_OLD' };
  if (lastSeq - seq > maxGap) return { seq: lastSeq, resync: 'GAP_TOO_LARGE' };
  return { seq, resync: rejoined ? 'REJOINED' : null };
}
