import { z } from 'zod';
import { isSettingName, readValue, type Values } from './setting.ts';
import type { SettingChange } from './settings.ts';

/** A value that was set, or null for the configured value, and the version that set it. */
export interface StoredValue {
  readonly value: string | null;
  readonly version: number;
}

/** Every value that was ever set, by name. Includes names and values of other releases. */
export type Document = Readonly<Record<string, StoredValue>>;

/** A value that was ignored, and why. */
export interface LeftOut {
  readonly name: string;
  readonly fault: string;
}

const stored = z.record(z.string(), z.object({ value: z.string().nullable(), version: z.number() }));

/** Converts a document to the text that rows hold. */
export function formatDocument(document: Document): string {
  return JSON.stringify(document);
}

/** Parses the text of a row. Throws if it is malformed. A release with another format has to use another column. */
export function parseDocument(text: string): Document {
  return stored.parse(JSON.parse(text));
}

/** Returns the document after a version sets some values. A setting that has its value already keeps the version that set it. */
export function withValues(document: Document, values: ReadonlyMap<string, string | null>, version: number): Document {
  const changed = [...values].filter(([name, value]) => textOf(document, name) !== value);
  return { ...document, ...Object.fromEntries(changed.map(([name, value]) => [name, { value, version }])) };
}

/** Returns the differences between two documents. */
export function changesBetween(before: Document, after: Document): readonly SettingChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((name) => ({ name, before: textOf(before, name), after: textOf(after, name) }))
    .filter((change) => change.before !== change.after);
}

/** Returns the values that the first document has for the settings of both. */
export function valuesOf(document: Document, other: Document): ReadonlyMap<string, string | null> {
  return new Map([...Object.keys(document), ...Object.keys(other)].map((name) => [name, textOf(document, name)]));
}

function textOf(document: Document, name: string): string | null {
  return Object.hasOwn(document, name) ? (document[name]?.value ?? null) : null;
}

/** Returns the values of a document that this release can apply, and those that it ignores. */
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
