/** A position in a stream: everything up to `seq` is applied. */
export interface Position {
  /** The id of a conversation, the viewer's user id for their account stream, or the id of the server stream. */
  readonly streamId: string;
  readonly seq: number;
  /** The history of the server that it belongs to (it changes when a backup is restored). Absent until the server sends it. */
  readonly epoch?: string | null | undefined;
  /** The read marker that the application has. If it has moved since, the server sends it. */
  readonly readSeq?: number | null | undefined;
}

/** How an event changes positions. Store it in one step with the content of the event. */
export interface PositionChange {
  /** These replace the positions with the same `streamId`. */
  readonly set: readonly Position[];
  /** The `streamId` of streams that are not followed any more. */
  readonly remove: readonly string[];
}

/** Keeps positions. Keep them as long as the content of the events: if messages are gone after a reload, positions should be gone too. */
export interface PositionStore {
  /** Returns all positions. Called before each connection. */
  load(): readonly Position[] | Promise<readonly Position[]>;
  /**
   * Called after an event was applied. Leave it out if the application stores the change itself, in the transaction that applies the event.
   */
  save?(change: PositionChange): void | Promise<void>;
}

/** Applies a change to positions that are kept by stream. */
export function change(held: Map<string, Position>, { set, remove }: PositionChange): void {
  for (const position of set) held.set(position.streamId, position);
  for (const streamId of remove) held.delete(streamId);
}

/** Keeps positions in memory, as long as the page or process lives. `initial`: for example the positions that came with the first page. */
export function memoryPositions(initial: readonly Position[] = []): PositionStore {
  const held = new Map(initial.map((position) => [position.streamId, position]));
  return {
    load: () => [...held.values()],
    save: (changed) => change(held, changed),
  };
}
