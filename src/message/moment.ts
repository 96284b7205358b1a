import type { EntryTime, StreamStretch } from '../db/index.ts';
import type { Stretch } from './history.ts';

// Parts that a stretch is taken apart into at a time: five reads find a moment among a million entries, and a read is a few rows by key.
const partsAtOnce = 16;

/**
 * The seq of the newest entry of a conversation's stretch that is earlier than a moment; the seq before the stretch where all are later. Times never
 * decrease within a stream, so it is found by taking the stretch apart, and no index on times is kept.
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
