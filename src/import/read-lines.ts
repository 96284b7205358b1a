import { ChatError } from '../errors.ts';
import { type Numbered, parseLine } from './line.ts';

/** A line that cannot be stored, and why. */
export interface Fault {
  readonly number: number;
  readonly error: ChatError;
}

// The size of a group with 100,000 members. A longer line is no valid line and is not kept in memory.
const longest = 16_777_216;

const lineFeed = 0x0a;

/**
 * Reads the lines of a file in order, without blank ones. Yields the parsed line, or the fault if it cannot be parsed. Only one line at a
 * time is in memory.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Numbered | Fault> {
  let number = 0;
  let pieces: Uint8Array[] = [];
  let bytes = 0;

  function take(piece: Uint8Array): void {
    bytes += piece.length;
    if (bytes > longest) pieces = [];
    else pieces.push(piece);
  }
  function* end(): Generator<Numbered | Fault> {
    number += 1;
    const found = lineOf(pieces, { number, tooLong: bytes > longest });
    pieces = [];
    bytes = 0;
    if (found !== null) yield found;
  }

  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      take(chunk.subarray(from, at));
      yield* end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  yield* end();
}

function lineOf(
  pieces: readonly Uint8Array[],
  { number, tooLong }: { readonly number: number; readonly tooLong: boolean },
): Numbered | Fault | null {
  try {
    if (tooLong) throw new ChatError('INVALID_INPUT', `A line can have at most ${longest} bytes.`);
    const written = textOf(pieces).trim();
    return written === '' ? null : { number, line: parseLine(written), length: written.length };
  } catch (error) {
    if (error instanceof ChatError) return { number, error };
    throw error;
  }
}

// The decoder's default drops a byte order mark at the start of a text.
const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(pieces: readonly Uint8Array[]): string {
  try {
    return utf8.decode(Buffer.concat(pieces));
  } catch {
    throw new ChatError('INVALID_INPUT', 'The line is not UTF-8.');
  }
}
