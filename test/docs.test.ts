import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { closes } from '../gateway/close-codes.ts';
import { schema } from '../schema/index.ts';
import { refusalCodes } from '../src/errors.ts';

const root = join(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const api = read('docs/api.md');

/** GraphQL in a block of its own, in a JavaScript string, or in the JSON of a curl command. */
const documents = [...api.matchAll(/```graphql\n(.*?)```|[`'"]((?:query|mutation|subscription)\b[^`'"]*(?:"\w+"[^`'"]*)*)[`'"]/gs)]
  .map(([, block, text]) => block ?? text ?? '')
  .filter((text) => text.includes('{'));

/** The rows of the table below a heading, as their cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = api.slice(api.indexOf(`## ${heading}`)).split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => /^\| [`\d]/.test(line) && !line.startsWith('| `extensions'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/api.md', () => {
  it('shows documents', () => {
    expect(documents.length).toBeGreaterThanOrEqual(8);
  });

  it.each(documents)('shows what the schema has: %s', (document) => {
    expect(validate(schema, parse(document)).map((error) => error.message)).toEqual([]);
  });

  it('lists every close code and whether to come back', () => {
    const told = rowsBelow('Close codes').map(([code, , back]) => `${code} ${back?.startsWith('yes')}`);
    const real = new Set(Object.values(closes).map(({ code, retry }) => `${code} ${retry}`));
    expect(told.toSorted()).toEqual([...real].toSorted());
  });

  it('explains codes that there are', () => {
    const known = new Set<string>([...refusalCodes, 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'INTERNAL']);
    const told = rowsBelow('Errors').map(([code = '']) => code.replaceAll('`', ''));
    expect(told.filter((code) => !known.has(code))).toEqual([]);
    expect(told).toContain('UNAVAILABLE');
  });
});

describe('the links in the documentation', () => {
  it.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/api.md'])('of %s lead somewhere', (path) => {
    const targets = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });
});
