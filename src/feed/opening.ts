import type { Turn } from './admission.ts';
import type { KnownPosition } from './event.ts';
import { type Start, startOf } from './start.ts';

interface OpeningParts {
  readonly after: readonly KnownPosition[];
  readonly turn: Turn;
  readonly maxGap: number;
  /** Entries of all streams together that may be replayed. */
  readonly maxReplay: number;
}

/** A stream as the snapshot has it. */
interface Found {
  readonly streamId: bigint;
  readonly fromSeq: number;
  readonly lastSeq: number;
  readonly floorSeq: number;
}

/** What is of use until StreamReady, and let go with it: positions can be many. */
export class Opening {
  /** What the client has. */
  readonly after: ReadonlyMap<bigint, KnownPosition>;
  /** Where conversations begin, as the replayed account tells. */
  readonly openedAt = new Map<bigint, number>();
  readonly turn: Turn;
  readonly #maxGap: number;
  #replayLeft: number;

  constructor({ after, turn, maxGap, maxReplay }: OpeningParts) {
    this.after = new Map(after.map((known) => [known.streamId, known]));
    this.turn = turn;
    this.#maxGap = maxGap;
    this.#replayLeft = maxReplay;
  }

  /** Where a stream starts that will then be replayed up to its head. Called once for each. */
  startOf(stream: Found, epoch: string): Start {
    const { streamId, fromSeq, lastSeq } = stream;
    const openedAt = this.openedAt.get(streamId);
    const known = this.after.get(streamId) ?? (openedAt === undefined ? undefined : { seq: Math.max(openedAt, fromSeq - 1) });
    const start = startOf(known, { epoch, head: stream, fromSeq, maxGap: Math.min(this.#maxGap, this.#replayLeft) });
    this.#replayLeft -= lastSeq - (start.seq ?? lastSeq);
    return start;
  }
}
