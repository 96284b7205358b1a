import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const elsewhere = ['node_modules/**', '**/node_modules/**', '**/generated/**', 'client/dist/**'];
const pages = globSync('**/*.md', { cwd: root, exclude: elsewhere });

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** A page without its samples, in which `#` begins a comment and brackets are code. */
function proseOf(path: string): string {
  return read(path).replaceAll(/^( *)```.*?^\1```/gms, '');
}

/** The anchors of a page’s headings, as GitHub makes them: the second of two equal headings gets a number. */
function anchorsOf(path: string): readonly string[] {
  const times = new Map<string, number>();
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}

/** The links of a page to a file or heading that does not exist. */
function deadLinks(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
    .map(([, path = '', heading = '']) => ({ path: path === '' ? page : join(dirname(page), path), heading }))
    .filter(({ path, heading }) => !existsSync(join(root, path)) || (heading !== '' && !anchorsOf(path).includes(heading)))
    .map(({ path, heading }) => `${path}#${heading}`);
}

describe('the links in the documentation', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  it('are checked on every page, including the guide and the client package', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'client/README.md', 'docs/api/README.md', 'docs/cheatsheet.md']));
    expect(pages.length).toBeGreaterThan(100);
  });

  it('from code lead to pages that exist', () => {
    const sources = globSync('{bench,client,deploy,gateway,prisma,schema,scripts,src,test,web}/**/*.{ts,tsx,mjs,graphql,prisma,yml,conf}', {
      cwd: root,
      exclude: elsewhere,
    });
    const named = sources.flatMap((path) => [...read(path).matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([page]) => `${path}: ${page}`));
    expect(named.filter((one) => !existsSync(join(root, one.split(': ')[1] ?? '')))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });
});

it('the index of the decisions has each record under its title', () => {
  const records = pages.filter((page) => /^docs\/decisions\/\d/.test(page)).sort();
  const lines = records.map((page) => {
    const [, number, title] = /^# (\d+)\. (.+)$/m.exec(read(page)) ?? [];
    return `${number}. [${title}](${page.slice('docs/decisions/'.length)})`;
  });
  expect(read('docs/decisions/README.md').match(/^\d+\. .+$/gm)).toEqual(lines);
});
