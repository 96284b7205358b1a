import type { Tx } from '../db/index.ts';

/** A kind of row change that many appends of one commit make with one statement. */
export interface EffectKind<R> {
  readonly name: string;
  /** Makes the change for all rows, in the order of their appends. Must touch nothing but `tx`. */
  readonly write: (tx: Tx, rows: readonly R[]) => Promise<void>;
}

/** One row of an effect; made by `effect`. */
export interface Effect {
  readonly name: string;
  readonly row: unknown;
  readonly write: (tx: Tx, rows: readonly never[]) => Promise<void>;
}

/** A row that an append wants changed. */
export function effect<R>({ name, write }: EffectKind<R>, row: R): Effect {
  return { name, row, write };
}

/** Makes all changes, each kind with one call, in the order in which the kinds first come. */
export async function writeEffects(tx: Tx, effects: readonly Effect[]): Promise<void> {
  const kinds = Map.groupBy(effects, ({ name }) => name);
  for (const rows of kinds.values()) await rows[0]?.write(tx, rows.map(({ row }) => row) as never[]);
}
