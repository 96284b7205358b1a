import { parseId } from '../../schema/ids.ts';
import type { Chance } from './chance.ts';

/** What the answers so far have told: what there is to ask for. */
export interface Lore {
  /** Takes what came back, whatever it is. */
  learn(answer: unknown): void;
  /** An id of something of one of these kinds, if there is one of something in the conversation `near`; undefined: none is known. */
  id(kinds: readonly string[], chance: Chance, near?: string): string | undefined;
  /** An id of anything. */
  anyId(chance: Chance): string | undefined;
  /** What stood in a field of this name. */
  word(field: string, chance: Chance): string | undefined;
}

// What is kept of each kind: what was there first, which everybody has a part in, and what came last.
const [firstKept, lastKept] = [12, 24];

// Fields whose values can be asked for, beside ids.
const telling: ReadonlySet<string> = new Set(['handle', 'code', 'epoch', 'refreshToken', 'clientMessageId', 'emoji', 'name']);

/** Begins to learn. */
export function createLore(): Lore {
  const ids = new Map<string, string[]>();
  // Those that stand for themselves: an operator's ids of jobs and the like do not.
  const global = new Set<string>();
  const words = new Map<string, string[]>();

  function learnOf(value: unknown, field: string, type: string | undefined): void {
    if (Array.isArray(value)) for (const one of value) learnOf(one, field, type);
    else if (typeof value === 'object' && value !== null) {
      const of = '__typename' in value && typeof value.__typename === 'string' ? value.__typename : undefined;
      for (const [name, one] of Object.entries(value)) learnOf(one, fieldOf(name), of);
    } else if (typeof value === 'string') learnText(value, field, type);
  }

  function learnText(text: string, field: string, type: string | undefined): void {
    const kind = parseId(text)?.type;
    if (kind !== undefined) {
      keep(ids, kind, text);
      global.add(kind);
    } else if (field === 'id' && type !== undefined) keep(ids, type, text);
    if (field === 'cursor') keep(words, `cursor:${type ?? ''}`, text);
    else if (telling.has(field)) keep(words, field, text);
  }

  return {
    learn: (answer) => learnOf(answer, '', undefined),
    id(kinds, chance, near) {
      const known = kinds.flatMap((kind) => ids.get(kind) ?? []);
      const nearer = near === undefined ? [] : known.filter((id) => isIn(near, id));
      if (known.length === 0) return undefined;
      return chance.one(nearer.length === 0 ? known : nearer);
    },
    anyId(chance) {
      return global.size === 0 ? undefined : chance.one(ids.get(chance.one([...global])) ?? []);
    },
    word(field, chance) {
      const known = words.get(field) ?? [];
      return known.length === 0 ? undefined : chance.one(known);
    },
  };
}

/** What a field is called that may have another name in an answer: see `document.ts`. */
export function fieldOf(name: string): string {
  return name.replace(/_\d+$/, '');
}

function isIn(conversation: string, id: string): boolean {
  const [of, one] = [parseId(conversation)?.key, parseId(id)?.key];
  return id === conversation || (typeof one === 'object' && 'conversationId' in one && one.conversationId === of);
}

function keep(known: Map<string, string[]>, kind: string, text: string): void {
  const kept = known.get(kind) ?? [];
  known.set(kind, kept);
  if (kept.includes(text)) return;
  kept.push(text);
  if (kept.length > firstKept + lastKept) kept.splice(firstKept, 1);
}
