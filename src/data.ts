import { isDeepStrictEqual } from 'node:util';
import { ChatError } from './errors.ts';
import { isStorable } from './text.ts';

/** What a client puts on something for other clients, as it is asked for: an object of JSON. */
export type NewData = Readonly<Record<string, unknown>>;

/** The same as it is kept: its JSON, to the letter; null: none. */
export type Data = string | null;

/** How large it may be. */
export interface DataRules {
  readonly maxDataBytes: number;
}

// What the columns hold, and any server can be configured to take: so much is looked at whatever it takes by now.
const maxEver = 64_000;
// A poll, a card or a form nests four or five deep. So few that whatever goes through it, here and in clients, may call itself for each level.
const maxDepth = 10;

const notJson = 'data has a value that JSON does not allow.';

/** Data as it would be stored. Throws INVALID_INPUT (data: larger than any may be; data.…: the part at fault). */
export function requireData(wanted: NewData | null | undefined): Data {
  if (wanted === null || wanted === undefined) return null;
  const text = jsonOf(wanted);
  requireBytes(text, maxEver, 'data');
  const fault = faultIn(wanted, 1);
  if (fault !== null) throw invalid(['data', ...fault.at], fault.why);
  return text;
}

/** Throws INVALID_INPUT (data; or `field`) where it may not be by now, for it is too large: what was stored before is still found, and may stay. */
export function requireFitting(data: Data, rules: DataRules, field = 'data'): void {
  if (!isFitting(data, rules)) requireBytes(data ?? '', rules.maxDataBytes, field);
}

/** Whether `requireFitting` would take it. */
export function isFitting(data: Data, { maxDataBytes }: DataRules): boolean {
  return data === null || Buffer.byteLength(data) <= maxDataBytes;
}

/** Whether both are the same object: names of an object have no order. */
export function isSameData(one: Data, other: Data): boolean {
  return one === other || (one !== null && other !== null && isDeepStrictEqual(JSON.parse(one), JSON.parse(other)));
}

/** The same in one order, whichever its names came in. */
export function inOneOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOneOrder);
  const parts = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(parts.map(([name, part]) => [name, inOneOrder(part)]));
}

/** Data with what stands for each text in it, which is told with its place; names stay. */
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
    // What nests thousands of levels deep takes more than there is of the stack.
    throw invalid(['data'], tooDeep);
  }
}

function requireBytes(text: string, most: number, field: string): void {
  if (Buffer.byteLength(text) <= most) return;
  throw invalid([field], most === 0 ? 'Custom data is turned off on this server.' : `data is longer than ${most} bytes as JSON.`);
}

function invalid(field: readonly string[], message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field });
}

/** What is wrong, and with which part. */
interface Fault {
  readonly at: readonly string[];
  readonly why: string;
}

const tooDeep = `data nests more than ${maxDepth} levels deep.`;
const noText = 'Strings and keys in data must be well-formed Unicode without NUL.';
// RFC 7493 2.2: what reads JSON makes another whole number of a larger one, and nobody notices.
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
    // Of a variable within it that was not given.
    case 'undefined':
      return null;
    default:
      return { at: [], why: notJson };
  }
}

// A variable within a literal may be of any type: what a DateTime stands for is none of JSON.
function isPlain(value: object): boolean {
  const kind: unknown = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === null;
}
