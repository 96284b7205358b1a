import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config/index.ts';
import { type Db, type ImportedRow, readDue, readImported } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Fact, Inside, Log } from '../log/index.ts';
import { type Keys, type Numbered, type Reference, unknownReference } from './line.ts';
import type { Fault } from './read-lines.ts';

/** The parts of the import module. */
export interface ImportParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Config;
}

/** How to import a file. */
export interface ImportOptions {
  /** Where the file comes from. Each source has its own ids. Defaults to ''. */
  readonly source?: string | undefined;
  /** Leaves out lines that cannot be stored, instead of stopping. */
  readonly skipFaulty?: boolean | undefined;
  /** Leaves messages unread unless the file says that somebody read them. By default everybody has read everything. */
  readonly unread?: boolean | undefined;
  /** Does not open new conversations yet, because another file follows. */
  readonly closed?: boolean | undefined;
  /** Shows a message that is older than the last entry of its conversation at the time of that entry, instead of rejecting it. */
  readonly shiftTimes?: boolean | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((summary: ImportSummary) => void) | undefined;
  /** Called for each line that is left out. */
  readonly onFault?: ((fault: Fault) => void) | undefined;
}

/** The counts of an import. */
export interface ImportSummary {
  readonly lines: number;
  readonly users: number;
  readonly conversations: number;
  readonly messages: number;
  readonly reads: number;
  /** Lines that were stored earlier. */
  readonly known: number;
  /** Lines that were left out. */
  readonly faulty: number;
  /** Messages that are shown later than they were sent. */
  readonly shifted: number;
  /** Conversations that members were let into. */
  readonly opened: number;
}

/** The counts of a batch. */
export interface BatchEnd {
  readonly stored: number;
  readonly known: number;
  readonly shifted?: number;
  readonly faults: readonly Fault[];
}

/** A run over one file. */
export interface Run extends ImportParts {
  readonly keys: Keys;
  readonly options: ImportOptions;
  readonly known: Known;
  /** Part of the client message ids of the run's messages, so that no client has used one of them. */
  readonly name: string;
}

// How many keys are remembered that lines refer to again and again. A row takes some hundred bytes.
const keptRows = 50_000;

/** A cache of users and conversations by key. A stored key never changes its meaning. */
export class Known {
  readonly #db: Db;
  readonly #kept = new LRUCache<string, bigint>({ max: keptRows });

  constructor(db: Db) {
    this.#db = db;
  }

  /** Finds those of the keys that are stored. Throws ChatError UNAVAILABLE. */
  async find(keys: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const wanted = [...new Set(keys)];
    const asked = wanted.filter((key) => !this.#kept.has(key));
    const found = new Map(wanted.flatMap((key) => entryOf(key, this.#kept.get(key))));
    if (asked.length === 0) return found;
    for (const [key, { streamId }] of await readImported(this.#db.client, asked)) {
      this.#kept.set(key, streamId);
      found.set(key, streamId);
    }
    return found;
  }
}

function entryOf(key: string, id: bigint | undefined): readonly (readonly [string, bigint])[] {
  return id === undefined ? [] : [[key, id]];
}

/** What is stored under a key. For a message, guarded by the lock on the conversation's stream. */
export const importedAt: Fact<string, ImportedRow | null> = {
  name: 'imported',
  key: (key) => key,
  async read(tx, keys) {
    const found = await readImported(tx, keys);
    return keys.map((key) => found.get(key) ?? null);
  },
};

/** Up to which seq the effects of a stream's entries are done. Guarded by the lock on the stream. */
const jobSeqOf: Fact<bigint, number | null> = {
  name: 'effects done',
  key: String,
  async read(tx, ids) {
    return (await readDue(tx, ids)).map((due) => due?.jobSeq ?? null);
  },
};

/**
 * Whether an app has yet to receive entries of a stream. It would then receive later entries too, imported ones included, as soon as a new
 * message is sent there. Guarded by the lock on the stream, for entries whose effects are done.
 */
const isAwaited: Fact<bigint, boolean> = {
  name: 'apps behind',
  key: String,
  async read(tx, ids) {
    const rows = await tx.webhookBacklog.findMany({ where: { streamId: { in: [...ids] } }, select: { streamId: true } });
    const behind = new Set(rows.map(({ streamId }) => streamId));
    return ids.map((id) => behind.has(id));
  },
};

/** Returns whether no app is behind in any of these conversations. */
export async function isTold(inside: Inside, ids: readonly bigint[]): Promise<boolean> {
  const awaited = await Promise.all(ids.map((id) => inside.read(isAwaited, id)));
  return !awaited.includes(true);
}

/** Returns whether the effects of all entries of these streams are done, so that the effects of the next entries can be skipped. */
export async function isSettled(inside: Inside, ids: readonly bigint[]): Promise<boolean> {
  const done = await Promise.all(ids.map((id) => inside.read(jobSeqOf, id)));
  return ids.every((id, place) => inside.head(id)?.lastSeq === done[place]);
}

// A worker usually starts on new entries within a tenth of a second. If it is behind by more than this, no worker is running, or the
// workers are overloaded.
const patienceMs = 30_000;
const askAgainMs = 100;

/** The effects of earlier entries are overdue. An immediate retry would not help. */
export class EffectsOverdue extends ChatError {}

/** Retries until the effects of earlier entries are done. Throws EffectsOverdue (UNAVAILABLE) if that takes too long. */
export async function waitForEffects<T>(attempt: () => Promise<T | 'busy'>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const outcome = await attempt();
    if (outcome !== 'busy') return outcome;
    if (performance.now() > until) {
      throw new EffectsOverdue(
        'UNAVAILABLE',
        'Webhooks or push notifications for earlier messages in a conversation of this file have not been sent yet. Start a worker node, let apps catch up (see webhooks list) or remove them, then run this again.',
      );
    }
    await delay(askAgainMs);
  }
}

/**
 * Converts lines. `convert` throws ChatError to reject one. Without `skipFaulty`, stops at the first fault and returns the results before
 * it.
 */
export async function convertAll<N extends Numbered, T>(
  { options }: Pick<Run, 'options'>,
  lines: readonly N[],
  convert: (line: N) => T | Promise<T>,
): Promise<{ readonly judged: readonly T[]; readonly faults: readonly Fault[] }> {
  const judged: T[] = [];
  const faults: Fault[] = [];
  for (const numbered of lines) {
    try {
      judged.push(await convert(numbered));
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'UNAVAILABLE') throw error;
      faults.push({ number: numbered.number, error });
      if (options.skipFaulty !== true) break;
    }
  }
  return { judged, faults };
}

/** Returns the id behind a reference. Throws NOT_FOUND (its field). */
export function requireKnown(found: ReadonlyMap<string, bigint>, reference: Reference): bigint {
  const id = found.get(reference.key);
  if (id === undefined) throw unknownReference(reference);
  return id;
}
