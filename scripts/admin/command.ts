import type { Note } from '../../src/audit/index.ts';
import type { Config } from '../../src/config/index.ts';
import type { NewData } from '../../src/data.ts';
import { ChatError } from '../../src/errors.ts';
import { readMoment } from '../../src/moment.ts';
import type { Operator } from '../../src/open.ts';
import type { User } from '../../src/user/index.ts';

/** The flags of commands, as text. */
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

/** Prints a line of progress, apart from the result. */
export type Tell = (line: string) => void;

/** A command for operators. */
export interface Command {
  /** The arguments after the command's name, in capitals. */
  readonly words: readonly string[];
  /** The description, with all flags that the command takes. It is refused with any other. */
  readonly says: string;
  /** Whether the command only reads, always or with certain flags. All other commands are recorded in the audit whenever they run. */
  readonly looks?: true | ((flags: Flags) => boolean);
  /**
   * Resolves to the output, as text or piece by piece. `note` adds to the command's entry in the audit. `tell` prints a line of progress.
   * Throws UsageError, and the refusals of the modules.
   */
  readonly run: (
    operator: Operator,
    words: readonly string[],
    flags: Flags,
    note: Note,
    tell: Tell,
  ) => Promise<string | AsyncIterable<string>>;
}

/** A command that opens more than the system that the environment names, and records itself in the audit. */
export interface ApartCommand extends Pick<Command, 'words' | 'says'> {
  /** Resolves to the output. `tell` prints a line of progress. Throws UsageError, ConfigError, and the refusals of the modules. */
  readonly apart: (config: Config, flags: Flags, tell: Tell) => Promise<string>;
}

/** Commands by name. A name has one or two words. */
export type Commands = Readonly<Record<string, Command | ApartCommand>>;

/** A command line that cannot be understood, or that asks for something impossible. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Parses the whole number of an option or argument. Throws UsageError, which names it, if there is none, or if it is less than `least`. */
export function number(name: string, text: string, least = 0): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < least) throw new UsageError(`${name} must be a whole number from ${least} to 999999999, not ${JSON.stringify(text)}.`);
  return value;
}

/** Parses `--first`: how many items a list shows, by default 20. Throws UsageError. */
export function listSize(first = '20'): number {
  return number('--first', first, 1);
}

/** Parses a time. Throws UsageError. */
export function moment(text: string): Date {
  // Seconds may be left out.
  const at = readMoment(text.replace(/(T\d\d:\d\d)(?=[Z+-])/, '$1:00'));
  if (at === null) throw new UsageError(`${text} is not a time. Write it like 2027-01-31T20:00:00Z.`);
  return at;
}

/** Parses a JSON object. Throws UsageError. */
export function jsonObject(text: string): NewData {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as NewData;
  } catch {
    // The error below also covers text that is not JSON at all.
  }
  throw new UsageError(`${text} is not a JSON object. Write it like '{"team":"blue"}'.`);
}

/** Returns the user with a handle. The handle of an erased user is `~` and their id, as lists print it. Throws NOT_FOUND. */
export async function found({ accounts }: Operator, handle: string): Promise<User> {
  const [, erasedId] = /^~(\d{1,18})$/.exec(handle) ?? [];
  const user = erasedId === undefined ? await accounts.byHandle(handle) : await accounts.byId(BigInt(erasedId));
  const isNamed = erasedId === undefined || user?.handle === handle;
  if (user === null || !isNamed) throw new ChatError('NOT_FOUND', `There is no user with the handle ${JSON.stringify(handle)}.`);
  return user;
}

/** Returns the choice that a text names, in upper or lower case. Throws UsageError. */
export function oneOf<const W extends string>(words: readonly W[], text: string): W {
  const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
  if (word === undefined) throw new UsageError(`${text} must be one of ${words.join(', ')}.`);
  return word;
}

/** Returns a count with its noun, in the plural if needed. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Formats rows as lines. Each column is as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
