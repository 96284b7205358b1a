import type { Tx } from '../db/index.ts';

/** A kind of row change that one statement makes for many appends of a commit. */
export interface EffectKind<R> {
  readonly name: string;
  /** Makes the change for all rows, in the order of their appends. Must touch nothing but `tx`. */
  readonly write: (tx: Tx, rows: readonly R[]) => Promise<void>;
}

/** A row change of one append, made by `effect`. */
export interface Effect {
  readonly name: string;
  readonly row: unknown;
  readonly write: (tx: Tx, rows: readonly never[]) => Promise<void>;
}

/** Makes the effect that changes one row. */
export function effect<R>({ name, write }: EffectKind<R>, row: R): Effect {
  return { name, row, write };
}

/** Writes all effects, with one call for each kind, in the order in which the kinds first appear. */
export async function writeEffects(tx: Tx, effects: readonly Effect[]): Promise<void> {
  const kinds = Map.groupBy(effects, ({ name }) => name);
  for (const rows of kinds.values()) await rows[0]?.write(tx, rows.map(({ row }) => row) as never[]);
}
