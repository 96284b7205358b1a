import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import { wordActions } from '../../src/words/index.ts';
import { type Commands, type Flags, oneOf, table, UsageError } from './command.ts';

/** Commands for blocked words. */
export const wordsCommands: Commands = {
  'words list': { looks: true, words: [], says: 'shows the lists of blocked words', run: list },
  'words show': { looks: true, words: ['LIST'], says: 'prints the words of a list, one per line', run: show },
  'words import': {
    words: ['FILE'],
    says: 'imports a list from a file with one word or phrase per line and # for comments; --list NAME [--action refuse|mask|flag] [--anywhere]',
    run: importFile,
  },
  'words set': {
    words: ['LIST'],
    says: 'changes a list; [--action refuse|mask|flag] [--anywhere | --whole-words] [--on | --off]',
    run: ({ words }, [name = ''], flags, note) => change({ words, note }, { name }, flags),
  },
  'words remove': {
    words: ['LIST'],
    says: 'removes a list',
    async run({ words }, [name = ''], _flags, note) {
      note({ target: `BlockedWordList:${name}`, before: await words.remove(null, { name }) });
      return `${name} is gone.`;
    },
  },
};

async function list({ words }: Operator): Promise<string> {
  const lists = await words.lists();
  if (lists.length === 0) return 'No lists.';
  const rows = lists.map(({ name, action, enabled, wholeWords, wordCount, updatedAt }) => [
    ...[name, action, enabled ? 'on' : 'off', wholeWords ? 'whole words' : 'anywhere'],
    ...[String(wordCount), updatedAt.toISOString()],
  ]);
  return table([['LIST', 'ACTION', 'IN FORCE', 'FOUND', 'WORDS', 'CHANGED'], ...rows]);
}

async function show({ words }: Operator, [name = '']: readonly string[]): Promise<string> {
  const [found = []] = await words.words([name]);
  if (found.length === 0) throw new UsageError(`List ${name} not found.`);
  return found.join('\n');
}

async function importFile({ words }: Operator, [file = '']: readonly string[], flags: Flags, note: Note): Promise<string> {
  if (flags.list === undefined) throw new UsageError('Name the list with --list.');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${resolve(file)} cannot be read: ${(error as Error).message}`);
  });
  const lines = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((one) => one.trim());
  return await change({ words, note }, { name: flags.list, words: lines.filter((one) => one !== '' && !one.startsWith('#')) }, flags);
}

async function change(
  { words, note }: Pick<Operator, 'words'> & { readonly note: Note },
  what: { readonly name: string; readonly words?: readonly string[] },
  { action, anywhere, on, off, 'whole-words': whole }: Flags,
): Promise<string> {
  if (anywhere && whole) throw new UsageError('Use either --anywhere or --whole-words, not both.');
  if (on && off) throw new UsageError('Use either --on or --off, not both.');
  const { list, before } = await words.set(null, {
    ...what,
    ...(action !== undefined && { action: oneOf(wordActions, action) }),
    ...((anywhere || whole) && { wholeWords: whole === true }),
    ...((on || off) && { enabled: on === true }),
  });
  note({ target: `BlockedWordList:${list.name}`, before, after: list });
  return `${list.name}: ${list.wordCount} words, ${list.action}, ${list.wholeWords ? 'whole words' : 'anywhere'}, ${list.enabled ? 'on' : 'off'}.`;
}
