import type { Note } from '../../src/audit/index.ts';
import type { NewData } from '../../src/data.ts';
import { ChatError } from '../../src/errors.ts';
import type { Operator } from '../../src/open.ts';
import type { User } from '../../src/user/index.ts';

/** What may follow a command, as text. */
export interface Flags {
  readonly help?: boolean | undefined;
  readonly expect?: string | undefined;
  readonly note?: string | undefined;
  readonly first?: string | undefined;
  readonly before?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  readonly from?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly format?: string | undefined;
  readonly search?: string | undefined;
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
  readonly messages?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly name?: string | undefined;
  readonly handle?: string | undefined;
  readonly avatar?: string | undefined;
  readonly bio?: string | undefined;
  readonly data?: string | undefined;
  readonly days?: string | undefined;
  readonly ban?: boolean | undefined;
  readonly after?: string | undefined;
  readonly kind?: string | undefined;
  readonly list?: string | undefined;
  readonly anywhere?: boolean | undefined;
  readonly 'whole-words'?: boolean | undefined;
  readonly on?: boolean | undefined;
  readonly off?: boolean | undefined;
  readonly 'end-sessions'?: boolean | undefined;
  readonly url?: string | undefined;
  readonly events?: string | undefined;
  readonly missed?: boolean | undefined;
  readonly deadline?: string | undefined;
  readonly 'on-failure'?: string | undefined;
  readonly conversations?: string | undefined;
  readonly 'new-secret'?: boolean | undefined;
  readonly source?: string | undefined;
  readonly check?: boolean | undefined;
  readonly 'skip-faulty'?: boolean | undefined;
  readonly 'shift-times'?: boolean | undefined;
  readonly unread?: boolean | undefined;
  readonly closed?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Says a line beside what is answered. */
export type Tell = (line: string) => void;

/** One thing that an operator can do. */
export interface Command {
  /** What follows its name, in capitals. */
  readonly words: readonly string[];
  /** What it does, with the flags that it takes. */
  readonly says: string;
  /** It only looks, always or with such flags. What does not say so stands in the audit, whenever it is run. */
  readonly looks?: true | ((flags: Flags) => boolean);
  /**
   * Answers what is to be printed, or what gives it piece by piece. `note`: says something of it in the audit. `tell`: says how it goes on, a line at a time. Throws UsageError, and what the
   * modules refuse.
   */
  readonly run: (
    operator: Operator,
    words: readonly string[],
    flags: Flags,
    note: Note,
    tell: Tell,
  ) => Promise<string | AsyncIterable<string>>;
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

/** The moment that a word says. Throws UsageError. */
export function moment(text: string): Date {
  const at = new Date(text);
  // With its zone: whose clock is meant is not guessed.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(`${text} is not a time. Write it like 2027-01-31T20:00:00Z.`);
  return at;
}

/** The object of JSON that a word says. Throws UsageError. */
export function jsonObject(text: string): NewData {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as NewData;
  } catch {
    // The same is said of what is no JSON at all.
  }
  throw new UsageError(`${text} is not a JSON object. Write it like '{"team":"blue"}'.`);
}

/** Who has a handle. Throws NOT_FOUND. */
export async function found({ accounts }: Operator, handle: string): Promise<User> {
  const user = await accounts.byHandle(handle);
  if (user === null) throw new ChatError('NOT_FOUND', `There is no user with the handle ${JSON.stringify(handle)}.`);
  return user;
}

/** The one of some words that is meant, in any case. Throws UsageError. */
export function oneOf<const W extends string>(words: readonly W[], text: string): W {
  const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
  if (word === undefined) throw new UsageError(`${text} must be one of ${words.join(', ')}.`);
  return word;
}

/** So many of a thing, in words. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Rows as lines, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
