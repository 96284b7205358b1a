import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Option } from '../src/config/index.ts';
import { options, topics } from '../src/config/index.ts';

const begin = '<!-- configuration: printed by npm run docs -->';
const end = '<!-- configuration end -->';

/** The options that every deployment starts with. The README lists only these, to stay short. */
const first = [
  'databaseUrl',
  'redisUrl',
  'dataDir',
  'host',
  'port',
  'publicUrl',
  'secretKeys',
  'trustProxy',
  'corsOrigins',
  'signUpOpen',
] as const;

function table(shown: Readonly<Record<string, Option<unknown>>>): string {
  const rows = Object.entries(shown).map(([name, option]) => {
    const live = 'live' in option ? `\`${name}\`` : '';
    return `| \`${option.env}\` | ${option.default && `\`${option.default}\``} | ${option.doc} | ${live} |`;
  });
  return ['| variable | default | what it does | setting |', '|---|---|---|---|', ...rows].join('\n');
}

/** The generated text of each file. */
const printed = {
  'README.md': table(Object.fromEntries(first.map((name) => [name, options[name]]))),
  'docs/configuration.md': Object.entries(topics)
    .map(([topic, shown]) => `## ${topic}\n\n${table(shown)}`)
    .join('\n\n'),
};

/** Puts generated text between the markers. Throws if they are missing. */
function withPrinted(text: string, tables: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error('the markers around the configuration are missing');
  return `${text.slice(0, from)}${begin}\n${tables}\n${text.slice(to)}`;
}

for (const [name, tables] of Object.entries(printed)) {
  const path = join(import.meta.dirname, '..', name);
  const before = await readFile(path, 'utf8');
  const after = withPrinted(before, tables);
  if (before !== after && process.argv.includes('--check')) {
    console.error(`The configuration in ${name} differs from src/config: run npm run docs`);
    process.exitCode = 1;
  } else if (before !== after) {
    await writeFile(path, after);
  }
}
