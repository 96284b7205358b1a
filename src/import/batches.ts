import type { Line, Numbered } from './line.ts';
import { type Fault, readLines } from './read-lines.ts';

/** The kinds of lines that are stored together. */
export type BatchKind = 'user' | 'conversation' | 'message' | 'read';

/** Consecutive lines of one kind, or one faulty line. */
export type Batch = { readonly kind: BatchKind; readonly lines: readonly Numbered[] } | { readonly fault: Fault };

// What one transaction stores in some tens of ms. Others wait at most that long for a conversation and, on SQLite, for the database.
const linesAtOnce: Readonly<Record<BatchKind, number>> = { user: 50, conversation: 25, message: 500, read: 500 };
// Bounds the text of a batch as well: each member of a group is a row and an entry.
const lengthAtOnce = 500_000;

function kindOf({ kind }: Line): BatchKind {
  return kind === 'direct' || kind === 'group' ? 'conversation' : kind;
}

/** Divides the lines of a file into batches, in order. */
export async function* inBatches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
  let lines: Numbered[] = [];
  let kind: BatchKind = 'user';
  let length = 0;
  function* end(): Generator<Batch> {
    if (lines.length > 0) yield { kind, lines };
    lines = [];
    length = 0;
  }
  for await (const one of readLines(chunks)) {
    if ('error' in one) {
      yield* end();
      yield { fault: one };
      continue;
    }
    const own = kindOf(one.line);
    if (own !== kind || lines.length === linesAtOnce[kind] || length + one.length > lengthAtOnce) yield* end();
    kind = own;
    lines.push(one);
    length += one.length;
  }
  yield* end();
}
