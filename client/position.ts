/** A place in a stream: all up to `seq` is applied. */
export interface Position {
  /** A conversation's id, the viewer's user id for their account, or that of the server's stream. */
  readonly streamId: string;
  readonly seq: number;
  /** Which history of the server it belongs to; absent: not told yet. */
  readonly epoch?: string | null | undefined;
  /** How far the viewer has read, as the application has it: where it has moved, the server tells. */
  readonly readSeq?: number | null | undefined;
}

/** What an event does to positions: store it in one step with what the event brings. */
export interface PositionChange {
  /** These replace what is held under their `streamId`. */
  readonly set: readonly Position[];
  /** Streams that are not followed any more. */
  readonly remove: readonly string[];
}

/** Where positions are kept. They are worth what is kept with them: where messages are gone after a reload, so should these be. */
export interface PositionStore {
  /** All that are held: asked each time before a connection is made. */
  load(): readonly Position[] | Promise<readonly Position[]>;
  /** Called after an event was applied. Absent: the application stores the change itself, in the transaction in which it applies the event. */
  save?(change: PositionChange): void | Promise<void>;
}

/** Applies a change to positions that are held by stream. */
export function change(held: Map<string, Position>, { set, remove }: PositionChange): void {
  for (const position of set) held.set(position.streamId, position);
  for (const streamId of remove) held.delete(streamId);
}

/** Positions in memory, for as long as the page or process lives. `initial`: such as came with the first page of everything. */
export function memoryPositions(initial: readonly Position[] = []): PositionStore {
  const held = new Map(initial.map((position) => [position.streamId, position]));
  return {
    load: () => [...held.values()],
    save: (changed) => change(held, changed),
  };
}
