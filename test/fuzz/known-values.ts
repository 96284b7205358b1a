import { parseId } from '../../schema/ids.ts';
import type { Chance } from './chance.ts';

/** A preference for ids. */
export interface Nearness {
  /** The user who was told the id. */
  readonly by?: string | undefined;
  /** The conversation that the id belongs to. */
  readonly conversation?: string | undefined;
}

/** What the answers so far contained, which later operations can use. */
export interface KnownValues {
  /** Learns from an answer to a user, of any shape. */
  learn(answer: unknown, by?: string): void;
  /** Returns an id of one of these kinds. Undefined if none is known. */
  id(kinds: readonly string[], chance: Chance, from?: Nearness): string | undefined;
  /** Returns an id of any kind. */
  anyId(chance: Chance): string | undefined;
  /** Returns a value of a field of this name. */
  word(field: string, chance: Chance): string | undefined;
}

// Of each kind, the first ones are kept, which everybody has a part in, and the last ones.
const [firstKept, lastKept] = [12, 24];

// Fields whose values can be used in operations, besides ids.
const telling: ReadonlySet<string> = new Set([
  'handle',
  'code',
  'epoch',
  'refreshToken',
  'clientMessageId',
  'emoji',
  'name',
  'vapidPublicKey',
]);

/** The receiving user, and the type of the containing object. */
interface Source {
  readonly by: string | undefined;
  readonly type: string | undefined;
}

/** Creates an empty lore. */
export function createKnownValues(): KnownValues {
  const ids = new Map<string, string[]>();
  // The kinds with global ids. Ids of jobs and the like, which only operators see, are not.
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

/** Returns the field of a name in an answer, which may be an alias: see `document.ts`. */
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
