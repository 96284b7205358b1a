import { createWriteStream } from 'node:fs';

/** Something that happened, with the time of its end, in ms since the run began. */
export type Noted<T> = T & { readonly at: number };

/** Everything that happened in a run, in the order in which this process learned of it. */
export interface Chronicle<T> {
  readonly records: readonly Noted<T>[];
  /** The wall clock when the run began, in ms. */
  readonly startedAt: number;
  /** Returns the ms since the run began. */
  now(): number;
  note(happening: T): void;
}

/** Starts a chronicle. With `file`, it also writes each record there, one JSON object per line. */
export function createChronicle<T extends object>(file?: string): Chronicle<T> {
  const records: Noted<T>[] = [];
  const began = performance.now();
  const startedAt = Date.now();
  const stream = file === undefined ? undefined : createWriteStream(file);
  function now(): number {
    return Math.round(performance.now() - began);
  }
  return {
    records,
    startedAt,
    now,
    note(happening) {
      const record = { at: now(), ...happening };
      records.push(record);
      stream?.write(`${JSON.stringify(record)}\n`);
    },
  };
}
