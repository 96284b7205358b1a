import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type BatchKind, inBatches } from './batches.ts';
import { checkLines } from './check.ts';
import { importConversations } from './conversations.ts';
import { createKeys, type DirectLine, type GroupLine, type MessageLine, type Numbered, type ReadLine, type UserLine } from './line.ts';
import { importMessages } from './messages.ts';
import { openAll } from './opening.ts';
import { type BatchEnd, type ImportOptions, type ImportParts, type ImportSummary, Known, type Run, Unsettled } from './parts.ts';
import type { Fault } from './read-lines.ts';
import { importReads } from './reads.ts';
import { importUsers } from './users.ts';

/** Brings along what was said elsewhere. */
export interface Imports {
  /**
   * Stores a file's lines, in their order; what is stored already, by this file or another, is left as it is. At the end people are let into the conversations that are new. Throws
   * ImportStopped at a line that cannot be stored, unless such are to be left out, and ChatError CONFLICT (another runs), UNAVAILABLE; what stands before it is stored, and the same file may be given again.
   */
  run(chunks: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<ImportSummary>;
  /** Says what `run` would say of a file, as far as that can be told without storing anything. Throws as `run` does. */
  check(chunks: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<ImportSummary>;
}

/** Why an import has stopped at a line, and what was stored before it. */
export class ImportStopped extends ChatError {
  readonly summary: ImportSummary;

  constructor({ number, error }: Fault, summary: ImportSummary) {
    super(error.code, sayFault({ number, error }), { field: error.field });
    this.name = 'ImportStopped';
    this.summary = summary;
  }
}

/** A fault in words: line, field and reason. */
export function sayFault({ number, error: { field, message } }: Fault): string {
  return `Line ${number}${field === undefined || field.length === 0 ? '' : `, ${field.join('.')}`}: ${message}`;
}

const nothing: ImportSummary = { lines: 0, users: 0, conversations: 0, messages: 0, reads: 0, known: 0, faulty: 0, shifted: 0, opened: 0 };

// Of each second a quarter is left to who uses the system meanwhile: on SQLite there is one who writes at a time.
const restShare = 1 / 3;
const longestRestMs = 250;

/** Makes what imports. */
export function createImports(parts: ImportParts): Imports {
  return {
    async run(chunks, options = {}) {
      await using alone = await insist(() => parts.db.alone('import'));
      if (alone === null) throw new ChatError('CONFLICT', 'Another import is running. Try again when it has finished.');
      const run = beginRun(parts, options);
      const summary = await storeAll(chunks, options, async (kind, lines) => {
        const begunAt = performance.now();
        const end = await insist(() => store(run, kind, lines));
        await delay(Math.min(longestRestMs, (performance.now() - begunAt) * restShare));
        return end;
      });
      if (options.closed === true) return summary;
      return { ...summary, opened: await insist(() => openAll(parts, { unread: options.unread === true })) };
    },
    async check(chunks, options = {}) {
      await using checking = await checkLines(beginRun(parts, options));
      return await storeAll(chunks, options, (_, lines) => checking.check(lines));
    },
  };
}

function beginRun(parts: ImportParts, options: ImportOptions): Run {
  const name = randomBytes(6).toString('hex');
  return { ...parts, options, name, keys: createKeys(options.source ?? ''), known: new Known(parts.db) };
}

const counts = { user: 'users', conversation: 'conversations', message: 'messages', read: 'reads' } as const satisfies Readonly<
  Record<BatchKind, string>
>;

async function storeAll(
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  storeBatch: (kind: BatchKind, lines: readonly Numbered[]) => Promise<BatchEnd>,
): Promise<ImportSummary> {
  let summary = nothing;
  function countFaults(faults: readonly Fault[]): void {
    for (const fault of faults) {
      summary = { ...summary, lines: summary.lines + 1, faulty: summary.faulty + 1 };
      if (options.skipFaulty !== true) throw new ImportStopped(fault, summary);
      options.onFault?.(fault);
    }
  }
  for await (const batch of inBatches(chunks)) {
    if ('fault' in batch) {
      countFaults([batch.fault]);
      continue;
    }
    const { stored, known, faults, shifted = 0 } = await storeBatch(batch.kind, batch.lines);
    const name = counts[batch.kind];
    summary = {
      ...summary,
      lines: summary.lines + stored + known,
      known: summary.known + known,
      shifted: summary.shifted + shifted,
      [name]: summary[name] + stored,
    };
    countFaults(faults);
    options.onProgress?.(summary);
  }
  return summary;
}

// A database that fails over is back within that time; what is stored by then is found.
const tries = 30;
const againMs = 1_000;

async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const passes = isDuplicate(error) || (error instanceof ChatError && error.code === 'UNAVAILABLE' && !(error instanceof Unsettled));
      if (!passes || tried === tries) throw error;
      await delay(againMs);
    }
  }
}

function store(run: Run, kind: BatchKind, lines: readonly Numbered[]): Promise<BatchEnd> {
  switch (kind) {
    case 'user':
      return importUsers(run, lines as readonly Numbered<UserLine>[]);
    case 'conversation':
      return importConversations(run, lines as readonly Numbered<DirectLine | GroupLine>[]);
    case 'message':
      return importMessages(run, lines as readonly Numbered<MessageLine>[]);
    case 'read':
      return importReads(run, lines as readonly Numbered<ReadLine>[]);
  }
}
