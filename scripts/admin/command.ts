import type { Operator } from '../../src/open.ts';

/** What may follow a command, as text. */
export interface Flags {
  readonly expect?: string | undefined;
  readonly note?: string | undefined;
  readonly first?: string | undefined;
  readonly before?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  readonly state?: string | undefined;
  readonly kind?: string | undefined;
  readonly 'end-sessions'?: boolean | undefined;
}

/** One thing that an operator can do. */
export interface Command {
  /** What follows its name, in capitals. */
  readonly words: readonly string[];
  /** What it does, with the flags that it takes. */
  readonly says: string;
  /** Answers what is to be printed. Throws UsageError, and what the modules refuse. */
  readonly run: (operator: Operator, words: readonly string[], flags: Flags) => Promise<string>;
}

/** Commands by their names, of one word or two. */
export type Commands = Readonly<Record<string, Command>>;

/** A command line that means nothing, or asks for what cannot be had so. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The whole number that a word says. Throws UsageError. */
export function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${text} is not a number.`);
  return Number(text);
}

/** Rows as lines, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
