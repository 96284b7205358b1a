import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { type Db, type ImportedRow, readDue, readImported } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Fact, Inside, Log } from '../log/index.ts';
import { type Keys, type Line, type Numbered, type Reference, unknownReference } from './line.ts';
import type { Fault } from './read-lines.ts';

/** What an import is made of. */
export interface ImportParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Config;
}

/** How what is imported is to stand. */
export interface ImportOptions {
  /** Where it comes from: ids are its own. Absent: '' . */
  readonly source?: string | undefined;
  /** Lines that cannot be stored are left out. */
  readonly skipFaulty?: boolean | undefined;
  /** What is said to have been read by nobody has been read by nobody; else everybody has read all. */
  readonly unread?: boolean | undefined;
  /** Nobody is let in yet: another file follows. */
  readonly closed?: boolean | undefined;
  /** What is older than what stands there already is shown at the time of that. */
  readonly shiftTimes?: boolean | undefined;
  /** Called now and then. */
  readonly onProgress?: ((summary: ImportSummary) => void) | undefined;
  /** Called for each line that is left out. */
  readonly onFault?: ((fault: Fault) => void) | undefined;
}

/** What has become of the lines of a file. */
export interface ImportSummary {
  readonly lines: number;
  readonly users: number;
  readonly conversations: number;
  readonly messages: number;
  readonly reads: number;
  /** Lines whose like was stored before. */
  readonly known: number;
  /** Lines that were left out. */
  readonly faulty: number;
  /** Messages that are shown later than they were said. */
  readonly shifted: number;
  /** Conversations that people were let into. */
  readonly opened: number;
}

/** What came of a batch. */
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
  /** Is in the names under which its messages are stored: nobody can have taken one. */
  readonly name: string;
}

// What an import refers to again and again; a row is some hundred bytes.
const keptRows = 50_000;

/** Users and conversations by their keys: once stored they stay what they are, so they are kept. */
export class Known {
  readonly #db: Db;
  readonly #kept = new LRUCache<string, bigint>({ max: keptRows });

  constructor(db: Db) {
    this.#db = db;
  }

  /** Those of the keys that are stored. Throws UNAVAILABLE. */
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

/** What is stored under a key. Governed by the conversation's stream, where it is a message. */
export const importedAt: Fact<string, ImportedRow | null> = {
  name: 'imported',
  key: (key) => key,
  async read(tx, keys) {
    const found = await readImported(tx, keys);
    return keys.map((key) => found.get(key) ?? null);
  },
};

/** Up to where the effects of a stream's entries are done. Governed by the stream. */
const jobSeqOf: Fact<bigint, number | null> = {
  name: 'effects done',
  key: String,
  async read(tx, ids) {
    return (await readDue(tx, ids)).map((due) => due?.jobSeq ?? null);
  },
};

/** Whether an app is still to be told of something: what comes behind that it would be told too, as soon as anything is said there again. Governed by the stream, as far as it was told at all. */
const isAwaited: Fact<bigint, boolean> = {
  name: 'apps behind',
  key: String,
  async read(tx, ids) {
    const rows = await tx.webhookBacklog.findMany({ where: { streamId: { in: [...ids] } }, select: { streamId: true } });
    const behind = new Set(rows.map(({ streamId }) => streamId));
    return ids.map((id) => behind.has(id));
  },
};

/** Whether no app is behind in any of these conversations. */
export async function isTold(inside: Inside, ids: readonly bigint[]): Promise<boolean> {
  const awaited = await Promise.all(ids.map((id) => inside.read(isAwaited, id)));
  return !awaited.includes(true);
}

/** Whether nothing is left to be done because of what stands on these streams: then what comes next can be passed over. */
export async function isSettled(inside: Inside, ids: readonly bigint[]): Promise<boolean> {
  const done = await Promise.all(ids.map((id) => inside.read(jobSeqOf, id)));
  return ids.every((id, place) => inside.head(id)?.lastSeq === done[place]);
}

// A worker is at what is due within a tenth of a second, as a rule; one that is behind by more than this does not run, or has too much to do.
const patienceMs = 30_000;
const askAgainMs = 100;

/** What of before is not done for too long: to try at once again would not help. */
export class Unsettled extends ChatError {}

/** Tries until the effects of what stood there before are done. Throws Unsettled (UNAVAILABLE) where they are not for too long. */
export async function onceSettled<T>(attempt: () => Promise<T | 'busy'>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const outcome = await attempt();
    if (outcome !== 'busy') return outcome;
    if (performance.now() > until) {
      throw new Unsettled(
        'UNAVAILABLE',
        'Webhooks or push notifications for earlier messages in a conversation of this file have not been sent yet. Start a worker node, let apps catch up (see webhooks list) or remove them, then run this again.',
      );
    }
    await delay(askAgainMs);
  }
}

/** Does what may refuse a line. */
export type Judge<L extends Line, T> = (line: L, numbered: Numbered<L>) => T;

/** What is made of each line; where lines are not to be left out, of those before the first fault. */
export async function judgeAll<L extends Line, T>(
  { options }: Pick<Run, 'options'>,
  lines: readonly Numbered<L>[],
  judge: Judge<L, T | Promise<T>>,
): Promise<{ readonly judged: readonly T[]; readonly faults: readonly Fault[] }> {
  const judged: T[] = [];
  const faults: Fault[] = [];
  for (const numbered of lines) {
    try {
      judged.push(await judge(numbered.line, numbered));
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'UNAVAILABLE') throw error;
      faults.push({ number: numbered.number, error });
      if (options.skipFaulty !== true) break;
    }
  }
  return { judged, faults };
}

/** What a reference is known as. Throws NOT_FOUND (its field). */
export function requireKnown(found: ReadonlyMap<string, bigint>, reference: Reference): bigint {
  const id = found.get(reference.key);
  if (id === undefined) throw unknownReference(reference);
  return id;
}
