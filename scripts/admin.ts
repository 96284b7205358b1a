import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ConfigError, readConfig } from '../src/config.ts';
import { DatabaseError } from '../src/db/index.ts';
import { ChatError } from '../src/errors.ts';
import { type Operator, openOperator } from '../src/open.ts';
import type { SettingsVersion } from '../src/settings/index.ts';

// What operators do from the command line: `npm run admin -- …`, on the system that the environment names, whether its nodes run or not.

const usage = `npm run admin -- …
  settings list                       all settings, with what they stand at
  settings get NAME
  settings set NAME VALUE             [--expect VERSION] [--note WHY]
  settings reset NAME                 back to what is configured; [--expect VERSION] [--note WHY]
  settings history                    what was changed, when and by whom, the newest first; [--first N] [--before VERSION]
  settings rollback VERSION           puts all values back; 0: as configured; [--expect VERSION] [--note WHY]
  grant HANDLE                        makes an admin of somebody: it counts with their next access token
  revoke HANDLE                       takes that back at once
  epoch bump                          after a restore from a backup, before nodes start`;

/** A command line that means nothing. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Flags {
  readonly expect?: string;
  readonly note?: string;
  readonly first?: string;
  readonly before?: string;
}

type Command = (operator: Operator, words: readonly string[], flags: Flags) => Promise<string>;

/** Every command, by its first words, with the number of words that follow. */
const commands: Readonly<Record<string, { readonly words: number; readonly run: Command }>> = {
  'settings list': {
    words: 0,
    run: async ({ settings }) => (await settings.list()).map(({ name, value }) => `${name} ${value}`).join('\n'),
  },
  'settings get': { words: 1, run: (operator, [name = '']) => show(operator, name) },
  'settings set': { words: 2, run: (operator, [name = '', value = ''], flags) => set(operator, { name, value }, flags) },
  'settings reset': { words: 1, run: (operator, [name = ''], flags) => set(operator, { name, value: null }, flags) },
  'settings history': { words: 0, run: history },
  'settings rollback': {
    words: 1,
    run: async ({ settings }, [version = ''], flags) =>
      told(await settings.rollBack(null, { version: number(version), ...options(flags) })),
  },
  grant: { words: 1, run: (operator, [handle = '']) => give(operator, handle, 'ADMIN') },
  revoke: { words: 1, run: (operator, [handle = '']) => give(operator, handle, 'USER') },
  'epoch bump': { words: 0, run: async (operator) => `The epoch is ${await operator.renewEpoch()}. Start all nodes anew.` },
};

async function show({ settings }: Operator, name: string): Promise<string> {
  const setting = (await settings.list()).find((one) => one.name === name);
  if (setting === undefined) throw new ChatError('NOT_FOUND', `There is no setting ${name}.`);
  const { value, default: configured, doc, change } = setting;
  const since = change === null ? 'never changed' : `version ${change.version}, ${change.at.toISOString()}`;
  return `${name} ${value}\n  configured: ${configured}\n  ${since}\n  ${doc}`;
}

async function set({ settings }: Operator, setting: { name: string; value: string | null }, flags: Flags): Promise<string> {
  return told(await settings.set(null, { settings: [setting], ...options(flags) }));
}

async function history({ settings }: Operator, _words: readonly string[], { first = '20', before }: Flags): Promise<string> {
  const { items, hasNextPage } = await settings.versions({
    first: number(first),
    after: before === undefined ? undefined : number(before),
  });
  const more = hasNextPage ? [`… more with --before ${items.at(-1)?.version}`] : [];
  return [...items.map(line), ...more].join('\n') || 'Nothing was ever changed.';
}

async function give({ roles }: Operator, handle: string, role: 'ADMIN' | 'USER'): Promise<string> {
  const { user, changed } = await roles.give({ handle, role });
  const is = role === 'ADMIN' ? 'an admin' : 'no admin';
  return changed ? `${user.handle} is ${is} from now on.` : `${user.handle} is ${is} already.`;
}

function told(version: SettingsVersion | null): string {
  return version === null ? 'It stands so already.' : line(version);
}

function line({ version, at, actorId, note, rolledBackTo, changes }: SettingsVersion): string {
  const who = actorId === null ? 'command line' : `user ${actorId}`;
  const what = changes.map(({ name, before, after }) => `${name}: ${before ?? 'as configured'} → ${after ?? 'as configured'}`);
  const back = rolledBackTo === null ? [] : [`back to version ${rolledBackTo}`];
  return `${version}  ${at.toISOString()}  ${[who, ...back, ...(note === null ? [] : [note])].join(', ')}\n  ${what.join('\n  ')}`;
}

function options({ expect, note }: Flags): { readonly expectedVersion: number | undefined; readonly note: string | undefined } {
  return { expectedVersion: expect === undefined ? undefined : number(expect), note };
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${text} is not a number.`);
  return Number(text);
}

/** What a command line asks for. Throws UsageError. */
function read(line: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...line],
      options: { expect: text, note: text, first: text, before: text },
      allowPositionals: true,
    });
    const name = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''].find((one) => Object.hasOwn(commands, one));
    const command = name === undefined ? undefined : commands[name];
    const words = positionals.slice(name?.split(' ').length ?? 0);
    if (command === undefined || words.length !== command.words) throw new UsageError(usage);
    return { run: command.run, words, flags: values };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${(error as Error).message.split('\n')[0]}\n${usage}`);
  }
}

try {
  const { run, words, flags } = read(process.argv.slice(2));
  // What goes wrong is said below; what the modules have to say besides is for a node's log.
  await using operator = await openOperator(readConfig(process.env), { logger: pino({ level: 'silent' }) });
  process.stdout.write(`${await run(operator, words, flags)}\n`);
} catch (error) {
  const known = [UsageError, ConfigError, DatabaseError, ChatError].some((kind) => error instanceof kind);
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
