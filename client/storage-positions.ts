import { change, type Position, type PositionStore } from './position.ts';

/** As much of `localStorage` as is needed. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * Positions in `localStorage`, or what is like it, under one key: for who keeps messages there too. Name the key after the account. All tabs
 * share it, so let one of them follow events (`navigator.locks`): what one has applied does not come to the other.
 * `load` answers none where what stands there is not readable; `save` throws where the storage is full.
 */
export function storagePositions(storage: TextStorage, key: string): PositionStore {
  /** What was written last, and what that says: as long as no other tab writes, nothing need be read. */
  let known = { text: '', held: new Map<string, Position>() };

  function held(): Map<string, Position> {
    const text = storage.getItem(key) ?? '[]';
    if (text !== known.text) known = { text, held: new Map(positionsIn(text).map((position) => [position.streamId, position])) };
    return known.held;
  }

  return {
    load: () => [...held().values()],
    save(changed) {
      const next = new Map(held());
      change(next, changed);
      const text = JSON.stringify([...next.values()]);
      storage.setItem(key, text);
      known = { text, held: next };
    },
  };
}

function positionsIn(text: string): readonly Position[] {
  try {
    const stored: unknown = JSON.parse(text);
    return Array.isArray(stored) ? stored.filter(isPosition) : [];
  } catch {
    return [];
  }
}

function isPosition(value: unknown): value is Position {
  const { streamId, seq } = Object(value) as Partial<Position>;
  return typeof streamId === 'string' && typeof seq === 'number';
}
