import { encodeText, type ParsedId, parseId } from '../../schema/ids.ts';
import { isUuid } from '../../src/uuid.ts';
import { fieldOf } from '../fuzz/known-values.ts';
import type { Instants } from './instants.ts';

/** Pairs the generated values of one world with those of the other: ids, cursors, tokens and the like. */
export interface Pairing {
  /** Returns the differences between the results of the two worlds. Values that are new in both become a pair. Empty if there are none. */
  differences(one: unknown, other: unknown, path?: string): readonly string[];
  /** Translates a text of the first world, such as an operation, for the other one. */
  translate(text: string): string;
}

// Fields with generated values, besides ids.
const madeUp =
  /^(cursor|startCursor|endCursor|code|epoch|accessToken|refreshToken|secret|previousSecret|password|vapidPublicKey|clientMessageId|clientGroupId)$/;

// Values that cannot be compared: the length of a file, which depends on the digits of ids; waiting times and request ids; the time
// somebody was last seen, which is written now and then; and the order of jobs created within one ms.
const incomparable: ReadonlySet<string> = new Set(['bytes', 'retryAfterMs', 'requestId', 'lastSeenAt', 'jobs']);

const isMoment = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);

/** Starts without pairs. */
export function createPairing(instants: Instants): Pairing {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  const words = new Map<string, string>();

  /** Pairs two values if both are new. Returns whether they are a pair. */
  function pair(kind: string, one: string, other: string): boolean {
    const [from, to] = [`${kind} ${one}`, `${kind} ${other}`];
    if (!there.has(from) && !back.has(to)) {
      there.set(from, to);
      back.set(to, from);
    }
    return there.get(from) === to;
  }

  /** Does the same for the parts of an id's key. */
  function pairKeys(one: unknown, other: unknown): boolean {
    if (typeof one === 'bigint' && typeof other === 'bigint') return pair('number', String(one), String(other));
    if (typeof one === 'string' && typeof other === 'string') return isUuid(one) ? pair('uuid', one, other) : one === other;
    if (!isRecord(one) || !isRecord(other)) return one === other;
    return Object.entries(one).every(([name, part]) => pairKeys(part, other[name]));
  }

  function areSameText(one: string, other: string, field: string): boolean {
    if (isMoment(one) && isMoment(other)) return instants.same(one, other);
    if (/Id$/.test(field) && /^\d+$/.test(one)) return pair('number', one, other);
    const [id, otherId] = [idIn(one), idIn(other)];
    if (id?.type !== otherId?.type || !pairKeys(id?.key, otherId?.key)) return false;
    const isOwn = id !== null || isUuid(one) || madeUp.test(field);
    if (!isOwn || field === 'url') return one === other || translate(one) === other || isLink(one, other);
    if (!pair(id === null ? field : 'id', one, other)) return false;
    words.set(one, other);
    return true;
  }

  function translate(text: string): string {
    // A token contains dots. An id may be next to a dot.
    const parts = (word: string) => word.replaceAll(/[\w-]{6,}/g, (part) => words.get(part) ?? part);
    return text.replaceAll(/[\w.-]{6,}/g, (word) => words.get(word) ?? parts(word));
  }

  function differences(one: unknown, other: unknown, path = ''): readonly string[] {
    const field = fieldOf(path.slice(path.lastIndexOf('.') + 1));
    if (incomparable.has(field) && typeof one === typeof other) return [];
    if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) return [`${path}: ${one.length} and ${other.length}: ${inShort(one)} ≠ ${inShort(other)}`];
      return one.flatMap((item, at) => differences(item, other[at], `${path}[${at}].${field}`));
    }
    if (isRecord(one) && isRecord(other)) {
      const names = new Set([...Object.keys(one), ...Object.keys(other)]);
      return [...names].flatMap((name) => differences(one[name], other[name], `${path}.${name}`));
    }
    const [kept, otherKept] = [readJson(one), readJson(other)];
    if (kept !== undefined && otherKept !== undefined) return differences(kept, otherKept, path);
    const same = typeof one === 'string' && typeof other === 'string' ? areSameText(one, other, field) : one === other;
    return same ? [] : [`${path}: ${inShort(one)} ≠ ${inShort(other)}`];
  }

  return { differences, translate };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses an id, in its global form or as operators see it. */
function idIn(text: string): ParsedId | null {
  return parseId(text) ?? parseId(encodeText(text));
}

/** Parses a stored value that is shown to operators. Undefined if it is none. */
function readJson(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A link to a user's own file contains a signature. */
function isLink(one: string, other: string): boolean {
  return [one, other].every((url) => /\/exports\/[\w-]{36}\?until=\d+&signature=[\w.-]+$/.test(url));
}

function inShort(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 400);
}
