import { encodeText, type ParsedId, parseId } from '../../schema/ids.ts';
import { isUuid } from '../../src/uuid.ts';
import { fieldOf } from '../fuzz/lore.ts';
import type { Instants } from './instants.ts';

/** What of one world is what of the other: ids, cursors, tokens and the like, which each makes up for itself. */
export interface Pairing {
  /** How what came in the two worlds differs. What is new in both is a pair from then on. Empty: it is the same. */
  differences(one: unknown, other: unknown, path?: string): readonly string[];
  /** A text of the one world, such as an operation, as it is in the other. */
  translate(text: string): string;
}

// Fields whose values a server makes up, beside ids.
const madeUp =
  /^(cursor|startCursor|endCursor|code|epoch|accessToken|refreshToken|secret|previousSecret|password|vapidPublicKey|clientMessageId|clientGroupId)$/;

// What has no counterpart: how long a file is, for ids have their digits; how long to wait, and which request of the log it was; when somebody was seen, which is written now and
// then; in which order jobs wait that were made within one ms.
const incomparable: ReadonlySet<string> = new Set(['bytes', 'retryAfterMs', 'requestId', 'lastSeenAt', 'jobs']);

const isMoment = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);

/** Begins with nothing paired. */
export function createPairing(instants: Instants): Pairing {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  const words = new Map<string, string>();

  /** True where the two are each other's, or nobody's yet. */
  function pair(kind: string, one: string, other: string): boolean {
    const [from, to] = [`${kind} ${one}`, `${kind} ${other}`];
    if (!there.has(from) && !back.has(to)) {
      there.set(from, to);
      back.set(to, from);
    }
    return there.get(from) === to;
  }

  /** The same for what an id names, part by part. */
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
    // A token has dots; an id may stand beside one.
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

/** What a text is the id of, as it is or as operators are shown it. */
function idIn(text: string): ParsedId | null {
  return parseId(text) ?? parseId(encodeText(text));
}

/** What an operator is shown as it is kept; undefined: it is something else. */
function readJson(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A link to a file of somebody's own is a proof. */
function isLink(one: string, other: string): boolean {
  return [one, other].every((url) => /\/exports\/[\w-]{36}\?until=\d+&signature=[\w.-]+$/.test(url));
}

function inShort(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 400);
}
