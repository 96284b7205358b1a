import type { EntryTime, StreamStretch } from '../db/index.ts';
import type { Stretch } from './history.ts';

// Parts that a range is split into for one round: five rounds find a moment among a million entries, and a round reads a few rows by key.
const partsAtOnce = 16;

/**
 * Returns the seq of the newest entry in a range of a conversation that is earlier than a moment; the seq before the range if all are
 * later. Times never decrease within a stream, so the range can be split again and again, and no index on times is needed.
 */
export async function seqBefore(
  firstEntry: (stretch: StreamStretch) => Promise<EntryTime | null>,
  { conversationId: streamId, from, to }: Stretch & { readonly conversationId: bigint },
  moment: Date,
): Promise<number> {
  let found = from - 1;
  for (let end = to; found < end; ) {
    const parts = takeApart(found + 1, end);
    const firsts = await Promise.all(parts.map((part) => firstEntry({ streamId, ...part })));
    const last = firsts.findLastIndex((first) => first !== null && first.at < moment);
    const [first, part] = [firsts[last], parts[last]];
    if (!first || part === undefined) return found;
    found = first.seq;
    end = part.to;
  }
  return found;
}

function takeApart(from: number, to: number): readonly Stretch[] {
  const size = Math.ceil((to - from + 1) / partsAtOnce);
  const parts: Stretch[] = [];
  for (let start = from; start <= to; start += size) parts.push({ from: start, to: Math.min(to, start + size - 1) });
  return parts;
}
