import type { EventFacts } from './event.ts';
import { change, type Position, type PositionChange } from './position.ts';

/** Numbers that did not come: of a stream, those after `after` and before `next`. */
export interface Hole {
  readonly streamId: string;
  readonly after: number;
  readonly next: number;
}

/** What an event is to who follows: to be applied, with what it does to positions; had already; or one before which others are missing. */
export type Taken =
  | { readonly is: 'next'; readonly change: PositionChange }
  | { readonly is: 'seen' }
  | { readonly is: 'hole'; readonly hole: Hole; readonly change: PositionChange };

/** The places of one connection. */
export interface Track {
  /** Looks at an event, which moves nothing. */
  look(event: EventFacts): Taken;
  /** The event was applied. */
  move(event: EventFacts, changed: PositionChange): void;
}

/**
 * Makes the track of a connection that begins with these positions.
 *
 * A stream goes on after `at`, which is what was sent or came last. A conversation that was opened again may go on where it was, or begin
 * where `ConversationOpened` says: streams are not ordered among each other, so what came before the viewer was out can come after that.
 */
export function createTrack(positions: readonly Position[]): Track {
  const held = new Map(positions.map((position) => [position.streamId, position]));
  const at = new Map(positions.map(({ streamId, seq }) => [streamId, seq]));
  const begins = new Map<string, number>();
  /** Until StreamReady those of which a place was sent: what was missed there comes after the account has told that they were closed or opened, and is not had before it has come. */
  const owed = new Set(at.keys());
  /** Those of them that are closed by now. */
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
        // Of which epoch is told by StreamReady.
        return lastSeq === null ? { set: [], remove: [streamId] } : { set: [{ streamId, seq: lastSeq }], remove: [] };
      }
    }
  }

  /** The position told, or what is held where that is further: entries may have come since it was taken. */
  function further(told: Position): Position {
    const known = held.get(told.streamId);
    return { ...known, ...told, seq: Math.max(told.seq, known?.seq ?? 0) };
  }

  /** The first stream that StreamReady says is further than what came of it. */
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
