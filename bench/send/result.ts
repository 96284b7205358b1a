import type { Machine } from '../support/machine.ts';
import { median } from '../support/markdown.ts';
import type { Figures } from './figures.ts';

/**
 * The parts of the comparison: write paths, end to end at the most, end to end at half of the recipe's most, one room compared with
 * ejabberd.
 */
export type Part = 'store' | 'most' | 'half' | 'room';

/** One server under one condition, over all rounds. */
export interface Row {
  readonly part: Part;
  /** `32 in flight`, `10 members over HTTP`. */
  readonly condition: string;
  readonly server: string;
  readonly runs: readonly Figures[];
}

/** A run of the benchmark, as in its JSON file. */
export interface Result {
  readonly takenAt: string;
  readonly machine: Machine;
  /** The options of the command line, with the defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

/** The median of one figure over a row's rounds, or undefined if it was not measured. */
export function middle({ runs }: Row, figure: keyof Figures): number | undefined {
  const values = runs.map((figures) => figures[figure]).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** Finds the row of one server under one condition. */
export function rowOf(rows: readonly Row[], part: Part, condition: string, server: string): Row | undefined {
  return rows.find((row) => row.part === part && row.condition === condition && row.server === server);
}

/** The messages per second of one row as a multiple of another's, or undefined if one is missing. */
export function times(row: Row | undefined, base: Row | undefined): number | undefined {
  const [own, other] = [row && middle(row, 'perSecond'), base && middle(base, 'perSecond')];
  return own === undefined || other === undefined ? undefined : own / other;
}
