import { z } from 'zod';
import { isSettingName, readValue, type Values } from './setting.ts';
import type { SettingChange } from './settings.ts';

/** A value that was set (null: set back to what is configured), and the version that did it. */
export interface StoredValue {
  readonly value: string | null;
  readonly version: number;
}

/** All that was ever set, by name. Names and values of other releases are among it. */
export type Document = Readonly<Record<string, StoredValue>>;

/** What was wrong with a value that was left out. */
export interface LeftOut {
  readonly name: string;
  readonly fault: string;
}

const stored = z.record(z.string(), z.object({ value: z.string().nullable(), version: z.number() }));

/** A document's text, as rows keep it. */
export function formatDocument(document: Document): string {
  return JSON.stringify(document);
}

/** Reads a row's text. Throws where it is none: a release that writes another form writes it elsewhere. */
export function parseDocument(text: string): Document {
  return stored.parse(JSON.parse(text));
}

/** The document that a version makes by giving some settings other values; those that have them already keep the version they had them from. */
export function withValues(document: Document, values: ReadonlyMap<string, string | null>, version: number): Document {
  const changed = [...values].filter(([name, value]) => textOf(document, name) !== value);
  return { ...document, ...Object.fromEntries(changed.map(([name, value]) => [name, { value, version }])) };
}

/** What differs between two documents. */
export function changesBetween(before: Document, after: Document): readonly SettingChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name) => ({ name, before: textOf(before, name), after: textOf(after, name) }))
    .filter((change) => change.before !== change.after);
}

/** The value of each setting of either document as the first has it. */
export function valuesOf(document: Document, other: Document): ReadonlyMap<string, string | null> {
  return new Map([...Object.keys(document), ...Object.keys(other)].map((name) => [name, textOf(document, name)]));
}

function textOf(document: Document, name: string): string | null {
  return Object.hasOwn(document, name) ? (document[name]?.value ?? null) : null;
}

/** What of a document this release can put in force, and what it leaves out. */
export function readDocument(document: Document): { readonly values: Values; readonly leftOut: readonly LeftOut[] } {
  const values: [string, unknown][] = [];
  const leftOut: LeftOut[] = [];
  for (const [name, { value }] of Object.entries(document)) {
    if (value === null) continue;
    const reading = isSettingName(name) ? readValue(name, value) : { fault: 'is not known to this release' };
    if ('fault' in reading) leftOut.push({ name, fault: reading.fault });
    else values.push([name, reading.value]);
  }
  return { values: Object.fromEntries(values), leftOut };
}
