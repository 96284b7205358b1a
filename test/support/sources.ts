import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A source file of this repository: its path from the root, its text, and its imports. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** Files as paths from the root, packages as written. */
  readonly imports: readonly string[];
  /** Those of them that are loaded with the file: without imports of types, and without those that run later. */
  readonly loads: readonly string[];
}

const importing = /(?:^|\n)(?:import|export)\s(type\s)?[^;'"]*?from '([^']+)'|(?:^|\n)import '([^']+)'|\bimport\('([^']+)'\)/g;

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const all = [...text.matchAll(importing)].map(([, type, from, bare, later]) => {
    const target = from ?? bare ?? later ?? '';
    return {
      target: target.startsWith('.') ? normalize(join(dirname(path), target)) : target,
      isLoaded: type === undefined && later === undefined,
    };
  });
  return {
    ...{ path, text },
    imports: all.map(({ target }) => target),
    loads: all.filter(({ isLoaded }) => isLoaded).map(({ target }) => target),
  };
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

/** Returns the files and packages that are loaded with a file, by itself or through others. */
export function loadedWith(path: string, sources: readonly Source[]): ReadonlySet<string> {
  const loads = new Map(sources.map((source) => [source.path, source.loads]));
  const loaded = new Set([path]);
  // A set yields what is added to it while it is iterated.
  for (const each of loaded) for (const target of loads.get(each) ?? []) loaded.add(target);
  return loaded;
}
