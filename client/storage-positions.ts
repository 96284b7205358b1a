import { change, type Position, type PositionStore } from './position.ts';

/** The part of `localStorage` that is needed. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * Keeps positions in `localStorage` or similar, under one key. Use it if messages are kept there too. Name the key after the account. All
 * tabs share it, so let only one of them follow events (`navigator.locks`): an event that one has applied does not come to another. `load`
 * returns no positions if the stored text cannot be parsed. `save` throws if the storage is full.
 */
export function storagePositions(storage: TextStorage, key: string): PositionStore {
  /** The last written text, and its positions. Unless another tab writes, the text need not be parsed again. */
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
