import { ChatError } from '../../src/errors.ts';
import type { Operator } from '../../src/open.ts';
import type { SettingsVersion } from '../../src/settings/index.ts';
import { type Commands, type Flags, number } from './command.ts';

const change = '[--expect VERSION] [--note WHY]';

/** What is changed while nodes run, and what was. */
export const settingsCommands: Commands = {
  'settings list': {
    words: [],
    says: 'all settings, with what they stand at',
    run: async ({ settings }) => (await settings.list()).map(({ name, value }) => `${name} ${value}`).join('\n'),
  },
  'settings get': { words: ['NAME'], says: 'one setting, with what it does', run: (operator, [name = '']) => show(operator, name) },
  'settings set': {
    words: ['NAME', 'VALUE'],
    says: change,
    run: (operator, [name = '', value = ''], flags) => set(operator, { name, value }, flags),
  },
  'settings reset': {
    words: ['NAME'],
    says: `back to what is configured; ${change}`,
    run: (operator, [name = ''], flags) => set(operator, { name, value: null }, flags),
  },
  'settings history': {
    words: [],
    says: 'what was changed, when and by whom, the newest first; [--first N] [--before VERSION]',
    run: history,
  },
  'settings rollback': {
    words: ['VERSION'],
    says: `puts all values back; 0: as configured; ${change}`,
    run: async ({ settings }, [version = ''], flags) =>
      told(await settings.rollBack(null, { version: number(version), ...options(flags) })),
  },
};

async function show({ settings }: Operator, name: string): Promise<string> {
  const setting = (await settings.list()).find((one) => one.name === name);
  if (setting === undefined) throw new ChatError('NOT_FOUND', `There is no setting ${name}: see settings list.`);
  const { value, default: configured, doc, change: last } = setting;
  const since = last === null ? 'never changed' : `version ${last.version}, ${last.at.toISOString()}`;
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
