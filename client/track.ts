import type { EventFacts } from './event.ts';
import { change, type Position, type PositionChange } from './position.ts';

/** Missing entries of a stream: those after `after` and before `next`. */
export interface Hole {
  readonly streamId: string;
  readonly after: number;
  readonly next: number;
}

/**
 * How to treat an event: apply it, with its change of positions (`next`); ignore a duplicate (`seen`); or handle missing entries before it
 * (`hole`).
 */
export type Taken =
  | { readonly is: 'next'; readonly change: PositionChange }
  | { readonly is: 'seen' }
  | { readonly is: 'hole'; readonly hole: Hole; readonly change: PositionChange };

/** The positions of one connection. */
export interface Track {
  /** Classifies an event, without moving positions. */
  look(event: EventFacts): Taken;
  /** Called after the event was applied. */
  move(event: EventFacts, changed: PositionChange): void;
}

/**
 * Creates the track of a connection that starts with these positions.
 *
 * A stream continues after `at`: the position that was sent, or the last entry. A conversation that was opened again either continues
 * there, or starts where `ConversationOpened` says. Streams are not ordered relative to each other, so entries from before the viewer left
 * can arrive after that.
 */
export function createTrack(positions: readonly Position[]): Track {
  const held = new Map(positions.map((position) => [position.streamId, position]));
  const at = new Map(positions.map(({ streamId, seq }) => [streamId, seq]));
  const begins = new Map<string, number>();
  /**
   * Until StreamReady: the streams whose position was sent. Their missed entries can arrive after the account stream has reported that they
   * were closed or opened, and are still outstanding then.
   */
  const owed = new Set(at.keys());
  /** Those of them that were closed meanwhile. */
  const closed = new Set<string>();

  function holeBefore(streamId: string, seq: number): Hole | null {
    const last = at.get(streamId) ?? begins.get(streamId);
    if (last === undefined || seq === last + 1 || seq - 1 === begins.get(streamId)) return null;
    return { streamId, after: last, next: seq };
  }

  function changeBy({ entry, means }: EventFacts): PositionChange {
    const own = entry === null ? [] : [{ ...held.get(entry.streamId), ...entry }];
    switch (means.type) {
      case 'nothing':
        return { set: own, remove: [] };
      case 'ready':
        return { set: means.positions.map(further), remove: [...closed] };
      case 'opened':
        return { set: owed.has(means.position.streamId) ? own : [...own, further(means.position)], remove: [] };
      case 'closed':
        return { set: own, remove: owed.has(means.streamId) ? [] : [means.streamId] };
      case 'resync': {
        const { streamId, lastSeq } = means;
        // StreamReady brings the epoch.
        return lastSeq === null ? { set: [], remove: [streamId] } : { set: [{ streamId, seq: lastSeq }], remove: [] };
      }
    }
  }

  /** The reported position, or the current one if it is further: entries may have arrived since the report was made. */
  function further(told: Position): Position {
    const known = held.get(told.streamId);
    return { ...known, ...told, seq: Math.max(told.seq, known?.seq ?? 0) };
  }

  /** The first stream for which StreamReady has a later position than what arrived. */
  function leftOut(told: readonly Position[]): Hole | null {
    for (const { streamId, seq } of told) {
      const last = at.get(streamId);
      if (last !== undefined && seq > last && seq > (begins.get(streamId) ?? 0)) return { streamId, after: last, next: seq + 1 };
    }
    return null;
  }

  return {
    look(event) {
      const { entry, means } = event;
      const changed = changeBy(event);
      if (entry !== null && entry.seq <= (at.get(entry.streamId) ?? -1)) return { is: 'seen' };
      const hole = entry === null ? (means.type === 'ready' ? leftOut(means.positions) : null) : holeBefore(entry.streamId, entry.seq);
      return hole === null ? { is: 'next', change: changed } : { is: 'hole', hole, change: changed };
    },
    move({ entry, means }, changed) {
      change(held, changed);
      if (entry !== null) passed(entry);
      if (means.type === 'closed' && owed.has(means.streamId)) closed.add(means.streamId);
      if (means.type === 'opened') opened(means.position);
      if (means.type === 'ready') ready(means.positions);
      if (means.type === 'resync') skipped(means);
    },
  };

  function passed({ streamId, seq }: NonNullable<EventFacts['entry']>): void {
    at.set(streamId, seq);
    if (seq > (begins.get(streamId) ?? seq)) begins.delete(streamId);
  }

  function opened({ streamId, seq }: Position): void {
    closed.delete(streamId);
    begins.set(streamId, seq);
  }

  function ready(told: readonly Position[]): void {
    owed.clear();
    closed.clear();
    for (const { streamId, seq } of told) at.set(streamId, Math.max(seq, at.get(streamId) ?? 0));
  }

  function skipped({ streamId, lastSeq }: Extract<EventFacts['means'], { readonly type: 'resync' }>): void {
    begins.delete(streamId);
    if (lastSeq === null) at.delete(streamId);
    else at.set(streamId, lastSeq);
  }
}
