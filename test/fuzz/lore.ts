import { parseId } from '../../schema/ids.ts';
import type { Chance } from './chance.ts';

/** From where an id is as a rule. */
export interface Nearness {
  /** Who was told of it. */
  readonly by?: string | undefined;
  /** A conversation in which it is. */
  readonly conversation?: string | undefined;
}

/** What the answers so far have told: what there is to ask for. */
export interface Lore {
  /** Takes what came back to somebody, whatever it is. */
  learn(answer: unknown, by?: string): void;
  /** An id of something of one of these kinds; undefined: none is known. */
  id(kinds: readonly string[], chance: Chance, from?: Nearness): string | undefined;
  /** An id of anything. */
  anyId(chance: Chance): string | undefined;
  /** What stood in a field of this name. */
  word(field: string, chance: Chance): string | undefined;
}

// What is kept of each kind: what was there first, which everybody has a part in, and what came last.
const [firstKept, lastKept] = [12, 24];

// Fields whose values can be asked for, beside ids.
const telling: ReadonlySet<string> = new Set(['handle', 'code', 'epoch', 'refreshToken', 'clientMessageId', 'emoji', 'name']);

/** Whom something came to, and in an object of which type. */
interface Source {
  readonly by: string | undefined;
  readonly type: string | undefined;
}

/** Begins to learn. */
export function createLore(): Lore {
  const ids = new Map<string, string[]>();
  // Those that stand for themselves: an operator's ids of jobs and the like do not.
  const global = new Set<string>();
  const words = new Map<string, string[]>();

  function learnOf(value: unknown, field: string, { by, type }: Source): void {
    if (Array.isArray(value)) for (const one of value) learnOf(one, field, { by, type });
    else if (typeof value === 'object' && value !== null) {
      const of = '__typename' in value && typeof value.__typename === 'string' ? value.__typename : undefined;
      for (const [name, one] of Object.entries(value)) learnOf(one, fieldOf(name), { by, type: of });
    } else if (typeof value === 'string') learnText(value, field, { by, type });
  }

  function learnText(text: string, field: string, { by, type }: Source): void {
    const kind = parseId(text)?.type;
    if (kind !== undefined) {
      keep(ids, kind, text);
      if (by !== undefined) keep(ids, `${by} ${kind}`, text);
      global.add(kind);
    } else if (field === 'id' && type !== undefined) keep(ids, type, text);
    if (field === 'cursor') keep(words, `cursor:${type ?? ''}`, text);
    else if (telling.has(field)) keep(words, field, text);
  }

  return {
    learn: (answer, by) => learnOf(answer, '', { by, type: undefined }),
    id(kinds, chance, { by, conversation } = {}) {
      const told = kinds.flatMap((kind) => ids.get(`${by} ${kind}`) ?? []);
      const known = told.length > 0 ? told : kinds.flatMap((kind) => ids.get(kind) ?? []);
      const near = conversation === undefined ? [] : known.filter((id) => isIn(conversation, id));
      return [near, known].filter((list) => list.length > 0).map((list) => chance.one(list))[0];
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
