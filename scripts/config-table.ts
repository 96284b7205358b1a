import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { options } from '../src/config.ts';

const readme = join(import.meta.dirname, '../README.md');
const begin = '<!-- configuration: printed by npm run docs -->';
const end = '<!-- configuration end -->';

function table(): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const live = 'live' in option ? `\`${name}\`` : '';
    return `| \`${option.env}\` | ${option.default && `\`${option.default}\``} | ${option.doc} | ${live} |`;
  });
  return ['| variable | default | what it does | setting |', '|---|---|---|---|', ...rows].join('\n');
}

/** The README with its configuration table as src/config.ts has it. Throws where the markers are missing. */
function withTable(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error('README.md has lost the markers of its configuration table');
  return `${text.slice(0, from)}${begin}\n${table()}\n${text.slice(to)}`;
}

const before = await readFile(readme, 'utf8');
const after = withTable(before);
if (before !== after && process.argv.includes('--check')) {
  console.error('The configuration table in README.md is not what src/config.ts says: run npm run docs');
  process.exitCode = 1;
} else if (before !== after) {
  await writeFile(readme, after);
}
