import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Note } from '../../src/audit/index.ts';
import { ConfigError, readConfig } from '../../src/config/index.ts';
import { DatabaseError } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { type Operator, openOperator } from '../../src/open.ts';
import { type ApartCommand, type Command, type Flags, type Tell, table, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { whoRuns } from './operator.ts';

/** Describes the commands that may be meant: the named one, else those that begin with the same word, else all. */
function usage([first = '', second = '']: readonly string[]): string {
  const all = Object.entries(commands);
  const meant = all.filter(([name]) => name === `${first} ${second}` || name === first);
  const near = all.filter(([name]) => name.split(' ')[0] === first);
  const some = [meant, near].find((ones) => ones.length > 0) ?? all;
  const lines = some.map(([name, { words, says }]) => [`  ${[name, ...words].join(' ')}`, says]);
  return `npm run admin -- …\n${table(lines)}`;
}

/** Parses a command line. Null if it asks for help. Throws UsageError. */
function read(line: readonly string[]) {
  const { flags, positionals } = parse(line);
  if (flags.help === true) return null;
  const name = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''].find((one) => Object.hasOwn(commands, one));
  const command = name === undefined ? undefined : commands[name];
  const words = positionals.slice(name?.split(' ').length ?? 0);
  if (name === undefined || command === undefined) {
    const [first, second] = positionals;
    const isBegun = second === undefined && Object.keys(commands).some((one) => one.startsWith(`${first} `));
    const fault = isBegun ? `${first} needs a subcommand.\n` : `Unknown command: ${positionals.slice(0, 2).join(' ')}.\n`;
    throw new UsageError(`${first === undefined ? '' : fault}${usage(positionals)}`);
  }
  if (words.length !== command.words.length) {
    const wanted =
      command.words.length === 0
        ? `${name} takes no arguments.`
        : `Usage: ${name} ${command.words.join(' ')}. Put values with spaces in quotes.`;
    throw new UsageError(`${wanted}\n${usage(positionals)}`);
  }
  const taken = new Set([...command.says.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag));
  const foreign = Object.keys(flags).find((flag) => !taken.has(flag));
  if (foreign !== undefined) throw new UsageError(`${name} takes no --${foreign}. Nothing was done.\n${usage(positionals)}`);
  return { name, command, words, flags };
}

function parse(line: readonly string[]): { readonly flags: Flags; readonly positionals: readonly string[] } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const ofModeration = {
    ...{ after: text, state: text, kind: text, list: text, action: text },
    ...{ anywhere: flag, 'whole-words': flag, on: flag, off: flag },
  };
  try {
    const { values, positionals } = parseArgs({
      args: [...line],
      options: {
        ...{ expect: text, note: text, first: text, before: text, to: text, at: text, 'end-sessions': flag },
        ...{ from: text, actor: text, action: text, target: text, format: text },
        ...{ search: text, state: text, reason: text, until: text, messages: text, subject: text, issuer: text, name: text, days: text },
        ...{ handle: text, avatar: text, bio: text, data: text, ban: flag },
        ...{ url: text, events: text, missed: flag },
        ...{ deadline: text, 'on-failure': text, conversations: text, 'new-secret': flag },
        ...ofModeration,
        ...{ source: text, check: flag, 'skip-faulty': flag, 'shift-times': flag, unread: flag, closed: flag, json: flag },
        help: { ...flag, short: 'h' },
      },
      allowPositionals: true,
    });
    return { flags: values, positionals };
  } catch (error) {
    // The rest of Node's message explains arguments that begin with a dash.
    const [fault = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${fault}\n${usage(line.filter((word) => !word.startsWith('-')))}`);
  }
}

type Asked = NonNullable<ReturnType<typeof read>> & { readonly command: Command };

function isApart(command: Command | ApartCommand): command is ApartCommand {
  return 'apart' in command;
}

/** Runs a command. A command that does more than read is recorded in the audit before and after. */
async function run(operator: Operator, { name, command, words, flags }: Asked, tell: Tell): Promise<string | AsyncIterable<string>> {
  const looks = typeof command.looks === 'function' ? command.looks(flags) : command.looks;
  if (looks) return await command.run(operator, words, flags, () => undefined, tell);
  const named = Object.fromEntries(command.words.map((word, place) => [word.toLowerCase(), words[place]]));
  const act = { actor: whoRuns(), action: name, arguments: { ...named, ...flags } };
  async function tried(note: Note): Promise<string | AsyncIterable<string> | UsageError> {
    try {
      return await command.run(operator, words, flags, note, tell);
    } catch (error) {
      if (error instanceof UsageError) return error;
      throw error;
    }
  }
  const said = await operator.audit.act(act, tried, (answer) => (answer instanceof UsageError ? 'INVALID_INPUT' : null));
  if (said instanceof UsageError) throw said;
  return said;
}

/** The environment and streams of a command. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly output: Writable;
  readonly errors: Writable;
}

// Users choose their names. A name must not reverse the text after it, nor control the terminal.
function shown(text: string): string {
  return text.replace(/\p{Bidi_Control}|[^\P{Cc}\t\n]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Runs a command line on the system that the environment names. Resolves to the exit code: 0, or 1 after printing the reason to `errors`.
 */
export async function runAdmin(line: readonly string[], { env, output, errors }: Terminal): Promise<0 | 1> {
  try {
    const asked = read(line);
    if (asked === null) {
      output.write(`${usage(line.filter((word) => !word.startsWith('-')))}\n`);
      return 0;
    }
    const { command } = asked;
    const tell: Tell = (line) => void errors.write(`${shown(line)}\n`);
    if (isApart(command)) {
      output.write(`${shown(await command.apart(readConfig(env), asked.flags, tell))}\n`);
      return 0;
    }
    // Errors are printed below. The modules' other log lines are for a node's log.
    await using operator = await openOperator(readConfig(env), { logger: pino({ level: 'silent' }) });
    const said = await run(operator, { ...asked, command }, tell);
    if (typeof said === 'string') output.write(`${shown(said)}\n`);
    else await pipeline(said, output, { end: false });
    const { redisFault: fault } = operator;
    if (fault !== null) errors.write(`${fault}\nNodes could not be told. They find the change by themselves within HEAD_CHECK_MS.\n`);
    return 0;
  } catch (error) {
    const known = [UsageError, ConfigError, DatabaseError, ChatError].some((kind) => error instanceof kind);
    errors.write(`${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
    return 1;
  }
}
