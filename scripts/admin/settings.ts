import type { Note } from '../../src/audit/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { Operator } from '../../src/open.ts';
import type { SettingsVersion } from '../../src/settings/index.ts';
import { type Commands, type Flags, listSize, number, table } from './command.ts';

const change = '[--expect VERSION] [--note WHY]';

/** Commands for settings and their history. */
export const settingsCommands: Commands = {
  'settings list': {
    looks: true,
    words: [],
    says: 'lists all settings with their values',
    run: list,
  },
  'settings get': {
    looks: true,
    words: ['NAME'],
    says: 'shows a setting and what it does',
    run: (operator, [name = '']) => show(operator, name),
  },
  'settings set': {
    words: ['NAME', 'VALUE'],
    says: `changes a setting on all nodes; ${change}`,
    run: (operator, [name = '', value = ''], flags, note) => set(operator, { name, value }, flags, note),
  },
  'settings reset': {
    words: ['NAME'],
    says: `resets a setting to its configured value; ${change}`,
    run: (operator, [name = ''], flags, note) => set(operator, { name, value: null }, flags, note),
  },
  'settings history': {
    looks: true,
    words: [],
    says: 'lists changes, when and by whom, newest first; [--first N] [--before VERSION]',
    run: history,
  },
  'settings rollback': {
    words: ['VERSION'],
    says: `restores all values of a version, 0 for those configured; ${change}`,
    run: async (operator, [version = ''], flags, note) =>
      await told(operator, await operator.settings.rollBack(null, { version: number('VERSION', version), ...options(flags) }), note),
  },
};

async function list({ settings }: Operator): Promise<string> {
  const rows = (await settings.list()).map(({ name, value, default: configured }) => [name, value, configured]);
  return table([['SETTING', 'VALUE', 'CONFIGURED'], ...rows]);
}

async function show({ settings }: Operator, name: string): Promise<string> {
  const setting = (await settings.list()).find((one) => one.name === name);
  if (setting === undefined) throw new ChatError('NOT_FOUND', `There is no setting ${name}. See settings list.`);
  const { value, default: configured, doc, change: last } = setting;
  const since = last === null ? 'never changed' : `version ${last.version}, ${last.at.toISOString()}`;
  return `${name} ${value}\n  configured: ${configured}\n  ${since}\n  ${doc}`;
}

async function set(operator: Operator, setting: { name: string; value: string | null }, flags: Flags, note: Note): Promise<string> {
  return await told(operator, await operator.settings.set(null, { settings: [setting], ...options(flags) }), note);
}

async function history(operator: Operator, _words: readonly string[], { first, before }: Flags): Promise<string> {
  const { items, hasNextPage } = await operator.settings.versions({
    first: listSize(first),
    after: before === undefined ? undefined : number('--before', before),
  });
  const more = hasNextPage ? [`… more with --before ${items.at(-1)?.version}`] : [];
  const lines = await Promise.all(items.map((version) => line(operator, version)));
  return [...lines, ...more].join('\n') || 'No changes.';
}

async function told(operator: Operator, version: SettingsVersion | null, note: Note): Promise<string> {
  // The version itself has the values before and after.
  note({ target: version === null ? undefined : `SettingsVersion:${version.version}` });
  return version === null ? 'No change: it already has this value.' : await line(operator, version);
}

async function line({ accounts }: Operator, { version, at, actorId, note, rolledBackTo, changes }: SettingsVersion): Promise<string> {
  const who = actorId === null ? 'command line' : ((await accounts.byId(actorId))?.handle ?? `user ${actorId}`);
  const what = changes.map(({ name, before, after }) => `${name}: ${before ?? 'as configured'} → ${after ?? 'as configured'}`);
  const back = rolledBackTo === null ? [] : [`back to version ${rolledBackTo}`];
  return `${version}  ${at.toISOString()}  ${[who, ...back, ...(note === null ? [] : [note])].join(', ')}\n  ${what.join('\n  ')}`;
}

function options({ expect, note }: Flags): { readonly expectedVersion: number | undefined; readonly note: string | undefined } {
  return { expectedVersion: expect === undefined ? undefined : number('--expect', expect), note };
}
