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
  function load(): readonly Position[] {
    try {
      const stored: unknown = JSON.parse(storage.getItem(key) ?? '[]');
      return Array.isArray(stored) ? stored.filter(isPosition) : [];
    } catch {
      return [];
    }
  }
  return {
    load,
    save(changed) {
      const held = new Map(load().map((position) => [position.streamId, position]));
      change(held, changed);
      storage.setItem(key, JSON.stringify([...held.values()]));
    },
  };
}

function isPosition(value: unknown): value is Position {
  const { streamId, seq } = Object(value) as Partial<Position>;
  return typeof streamId === 'string' && typeof seq === 'number';
}
