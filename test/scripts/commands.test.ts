import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readSources } from '../support/sources.ts';

const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
);
const imports = new Map(readSources('bench', 'gateway', 'schema', 'scripts', 'src', 'test').map((source) => [source.path, source.imports]));

/** The commands that make the files that are not in the repository. */
const makers: readonly (readonly [files: RegExp, made: RegExp])[] = [
  [/^src\/db\/generated\//, /^npm run -s (generate|prepared)\b|node scripts\/generate\.ts/],
  [/^bench\/send\/recipe\/generated\//, /^npm run -s (generate -- --bench|prepared)\b/],
  [/^test\/support\/generated\//, /^npm run -s prepared\b/],
];

/** All files that are loaded with these. */
function loaded(paths: readonly string[]): ReadonlySet<string> {
  const all = new Set(paths);
  for (const path of all) for (const target of imports.get(path) ?? []) all.add(target);
  return all;
}

/** The files that a command runs: one file, and if it starts processes of its own, those beside and below it. */
function started(command: string): readonly string[] {
  return [...command.matchAll(/\bnode (?:\$\(\S+ \S+\) )?(\S+\.ts)/g)].flatMap(([, entry = '']) =>
    entry.startsWith('scripts/') ? [entry] : [...imports.keys()].filter((path) => path.startsWith(`${dirname(entry)}/`)),
  );
}

const commands = Object.entries(scripts).filter(([, command]) => started(command).length > 0);

it.each(commands)('npm run %s makes the files that it needs, and so works on a clean checkout', (_, command) => {
  const files = [...loaded(started(command))];
  const missing = makers.filter(([made, maker]) => files.some((path) => made.test(path)) && !maker.test(command));
  expect(missing).toEqual([]);
});

it('the commands that need made files are among them', () => {
  expect(commands.map(([name]) => name)).toEqual(
    expect.arrayContaining(['start', 'admin', 'chaos', 'bench:fanout', 'bench:send', 'schema']),
  );
});
