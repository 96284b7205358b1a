import type { Turn } from './admission.ts';
import type { KnownPosition } from './event.ts';
import { type Start, startOf } from './start.ts';

interface OpeningParts {
  readonly after: readonly KnownPosition[];
  readonly turn: Turn;
  readonly maxGap: number;
  /** Maximum number of entries to replay, of all streams together. */
  readonly maxReplay: number;
}

/** A stream as the snapshot shows it. */
interface Found {
  readonly streamId: bigint;
  readonly fromSeq: number;
  readonly lastSeq: number;
  readonly floorSeq: number;
}

/** The state of a subscription until StreamReady. It is released then, because there can be many positions. */
export class Opening {
  /** The positions that the client sent, by stream id. */
  readonly after: ReadonlyMap<bigint, KnownPosition>;
  /** The seqs at which conversations were opened, from the account's replayed entries. */
  readonly openedAt = new Map<bigint, number>();
  /**
   * The streams that were trimmed while they were replayed, and so are attached anew. StreamReady waits for their ResyncRequired: it names
   * all streams, and a client resumes from what it names.
   */
  readonly attachedAgain: Promise<void>[] = [];
  readonly turn: Turn;
  readonly #maxGap: number;
  #replayLeft: number;

  constructor({ after, turn, maxGap, maxReplay }: OpeningParts) {
    this.after = new Map(after.map((known) => [known.streamId, known]));
    this.turn = turn;
    this.#maxGap = maxGap;
    this.#replayLeft = maxReplay;
  }

  /** Returns where to start a stream, which is then replayed up to its head. Call it once for each stream. */
  startOf(stream: Found, epoch: string): Start {
    const { streamId, fromSeq, lastSeq } = stream;
    const openedAt = this.openedAt.get(streamId);
    const known = this.after.get(streamId) ?? (openedAt === undefined ? undefined : { seq: Math.max(openedAt, fromSeq - 1) });
    const start = startOf(known, { epoch, head: stream, fromSeq, maxGap: Math.min(this.#maxGap, this.#replayLeft) });
    this.#replayLeft -= lastSeq - start.seq;
    return start;
  }
}
