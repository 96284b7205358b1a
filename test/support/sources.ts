import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A source file of this repository: its path from the root, its text, and its imports. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** Files as paths from the root, packages as written. */
  readonly imports: readonly string[];
}

const importing = /(?:^|\n)(?:import|export)\s[^;'"]*?from '([^']+)'|(?:^|\n)import '([^']+)'|\bimport\('([^']+)'\)/g;

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [...text.matchAll(importing)].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? '');
  return { path, text, imports: imports.map((target) => (target.startsWith('.') ? normalize(join(dirname(path), target)) : target)) };
}

/** Reads all hand-written TypeScript below these folders. */
export function readSources(...folders: readonly string[]): readonly Source[] {
  const globs = folders.map((folder) => `${folder}/**/*.{ts,tsx}`);
  return globSync(globs, { cwd: root, exclude: ['**/generated/**', '**/dist/**'] }).map(readSource);
}

/** Returns the import cycles, as in `a → b → a`. Empty if there are none. */
export function cycles(sources: readonly Source[]): readonly string[] {
  const graph = new Map(sources.map((source) => [source.path, source.imports]));
  const done = new Set<string>();
  const found: string[] = [];

  function visit(path: string, trail: readonly string[]): void {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  }

  for (const path of graph.keys()) visit(path, []);
  return found;
}
