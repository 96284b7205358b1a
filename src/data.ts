import { isDeepStrictEqual } from 'node:util';
import { ChatError } from './errors.ts';
import { isStorable } from './text.ts';

/** Custom data as the API takes it: a JSON object that clients set for other clients. */
export type NewData = Readonly<Record<string, unknown>>;

/** Custom data as it is stored: JSON text, unchanged since it was set. Null if there is none. */
export type Data = string | null;

/** The limit on the size of data. */
export interface DataRules {
  readonly maxDataBytes: number;
}

// The size of the columns, and the highest limit that can be configured. Checked whatever the limit is at the moment.
const maxEver = 64_000;
// A poll, a card or a form nests four or five levels deep. The limit is low, so that code that walks data, here and in clients, can be
// recursive.
const maxDepth = 10;

const notJson = 'data has a value that JSON does not allow.';

/** Converts data to what is stored. Throws INVALID_INPUT (`data` if it is larger than any limit allows, `data.…` for the part at fault). */
export function requireData(wanted: NewData | null | undefined): Data {
  if (wanted === null || wanted === undefined) return null;
  const text = jsonOf(wanted);
  requireBytes(text, maxEver, 'data');
  const fault = faultIn(wanted, 1);
  if (fault !== null) throw invalid(fault.why, 'data', ...fault.at);
  return text;
}

/**
 * Throws INVALID_INPUT (`field`) if data is larger than the current limit. Separate from `requireData`, because data that was stored under
 * a higher limit can still be found and kept.
 */
export function requireFitting(data: Data, rules: DataRules, field = 'data'): void {
  if (!isFitting(data, rules)) requireBytes(data ?? '', rules.maxDataBytes, field);
}

/** Returns whether `requireFitting` would accept the data. */
export function isFitting(data: Data, { maxDataBytes }: DataRules): boolean {
  return data === null || Buffer.byteLength(data) <= maxDataBytes;
}

/** Returns whether both are the same object. The order of keys does not matter. */
export function isSameData(one: Data, other: Data): boolean {
  return one === other || (one !== null && other !== null && isDeepStrictEqual(JSON.parse(one), JSON.parse(other)));
}

/** Returns a copy of a JSON value whose objects have their keys in a fixed order. */
export function inOneOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOneOrder);
  const parts = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(parts.map(([name, part]) => [name, inOneOrder(part)]));
}

/** Replaces each string value in data by the result of `standing`, which gets the string and its path. Keys are unchanged. */
export function replaceTexts(data: string, standing: (text: string, at: readonly string[]) => string): string {
  function replaced(value: unknown, at: readonly string[]): unknown {
    if (typeof value === 'string') return standing(value, at);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((part, place) => replaced(part, [...at, String(place)]));
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replaced(part, [...at, name])]));
  }
  return JSON.stringify(replaced(JSON.parse(data), []));
}

function jsonOf(wanted: NewData): string {
  try {
    return JSON.stringify(wanted);
  } catch {
    // A value that nests thousands of levels deep overflows the stack.
    throw invalid(tooDeep, 'data');
  }
}

function requireBytes(text: string, most: number, field: string): void {
  if (Buffer.byteLength(text) <= most) return;
  throw invalid(most === 0 ? 'Custom data is turned off on this server.' : `data is longer than ${most} bytes as JSON.`, field);
}

function invalid(message: string, ...field: readonly string[]): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** What is wrong, and with which part. */
interface Fault {
  readonly at: readonly string[];
  readonly why: string;
}

const tooDeep = `data nests more than ${maxDepth} levels deep.`;
const noText = 'Strings and keys in data must be well-formed Unicode without NUL.';
// RFC 7493 2.2: JSON parsers silently change larger integers.
const noNumber = 'Numbers in data must be finite, and integers at most 2⁵³ − 1. Use a string for larger ones.';

function faultIn(value: object, depth: number): Fault | null {
  if (depth > maxDepth) return { at: [], why: tooDeep };
  if (!Array.isArray(value) && !isPlain(value)) return { at: [], why: notJson };
  for (const [name, part] of Object.entries(value)) {
    if (!isStorable(name)) return { at: [], why: noText };
    const fault = faultOf(part, depth);
    if (fault !== null) return { at: [name, ...fault.at], why: fault.why };
  }
  return null;
}

function faultOf(value: unknown, depth: number): Fault | null {
  switch (typeof value) {
    case 'string':
      return isStorable(value) ? null : { at: [], why: noText };
    case 'number':
      return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value)) ? null : { at: [], why: noNumber };
    case 'object':
      return value === null ? null : faultIn(value, depth + 1);
    case 'boolean':
    // The value of a variable that was not provided.
    case 'undefined':
      return null;
    default:
      return { at: [], why: notJson };
  }
}

// A variable inside a literal can have any type. A DateTime, for example, becomes a Date, which is not JSON.
function isPlain(value: object): boolean {
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
}
