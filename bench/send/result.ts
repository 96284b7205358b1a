import type { Machine } from '../support/machine.ts';
import { median } from '../support/markdown.ts';
import type { Figures } from './figures.ts';

/** What is compared: write paths; the most that goes end to end; end to end at half of the recipe's most; one room beside ejabberd. */
export type Part = 'store' | 'most' | 'half' | 'room';

/** One server under one condition, over all rounds. */
export interface Row {
  readonly part: Part;
  /** `32 in flight`, `10 members over HTTP`. */
  readonly condition: string;
  readonly server: string;
  readonly runs: readonly Figures[];
}

/** A run of the benchmark, as its JSON has it. */
export interface Result {
  readonly takenAt: string;
  readonly machine: Machine;
  /** As given on the command line, or as they are by default. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

/** The median of one figure over a row's rounds; undefined where it was not measured. */
export function middle({ runs }: Row, figure: keyof Figures): number | undefined {
  const values = runs.map((figures) => figures[figure]).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** The row of one server under one condition. */
export function rowOf(rows: readonly Row[], part: Part, condition: string, server: string): Row | undefined {
  return rows.find((row) => row.part === part && row.condition === condition && row.server === server);
}

/** How many times the messages per second of one row are those of another; undefined where one is missing. */
export function times(row: Row | undefined, base: Row | undefined): number | undefined {
  const [own, other] = [row && middle(row, 'perSecond'), base && middle(base, 'perSecond')];
  return own === undefined || other === undefined ? undefined : own / other;
}
