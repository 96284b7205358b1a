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
import { type BatchEnd, EffectsOverdue, type ImportOptions, type ImportParts, type ImportSummary, Known, type Run } from './parts.ts';
import type { Fault } from './read-lines.ts';
import { importReads } from './reads.ts';
import { importUsers } from './users.ts';

/** Imports histories from other systems. */
export interface Imports {
  /**
   * Stores the lines of a file, in order. What this file or another has stored already is left unchanged. At the end, opens the new
   * conversations to their members. Throws ImportStopped at a line that cannot be stored, unless `skipFaulty` is set. Throws ChatError
   * CONFLICT if another import is running, or UNAVAILABLE. After an error, the lines before it are stored, and the same file can be
   * imported again.
   */
  run(chunks: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<ImportSummary>;
  /** Reports what `run` would report, as far as that is possible without storing anything. Throws as `run`. */
  check(chunks: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<ImportSummary>;
}

/** An import that stopped at a faulty line. `summary` says what was stored before. */
export class ImportStopped extends ChatError {
  readonly summary: ImportSummary;

  constructor({ number, error }: Fault, summary: ImportSummary) {
    super(error.code, sayFault({ number, error }), { field: error.field });
    this.name = 'ImportStopped';
    this.summary = summary;
  }
}

/** Describes a fault: line, field and reason. */
export function sayFault({ number, error: { field, message } }: Fault): string {
  return `Line ${number}${field === undefined || field.length === 0 ? '' : `, ${field.join('.')}`}: ${message}`;
}

const nothing: ImportSummary = { lines: 0, users: 0, conversations: 0, messages: 0, reads: 0, known: 0, faulty: 0, shifted: 0, opened: 0 };

// The rest after each batch, as a share of the time it took: a quarter of each second is left to the users of the system. SQLite has one
// writer at a time.
const restShare = 1 / 3;
const longestRestMs = 250;

/** Creates the import module. */
export function createImports(parts: ImportParts): Imports {
  return {
    async run(chunks, options = {}) {
      await using alone = await insist(() => parts.db.exclusive('import'));
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

// A database that fails over is back within this time. A batch that was stored after all is recognised on the next attempt.
const tries = 30;
const againMs = 1_000;

async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const passes =
        isDuplicate(error) || (error instanceof ChatError && error.code === 'UNAVAILABLE' && !(error instanceof EffectsOverdue));
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
