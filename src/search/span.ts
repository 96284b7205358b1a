import type { SearchParts } from './parts.ts';
import type { Span } from './search.ts';
import type { Stretch, Walk } from './stretch.ts';

// In a smaller stretch, the database passes over messages of other times (some 0.5 µs each) faster than the ends of the span can be found.
const largeEntries = 250;
// Each large stretch is narrowed by rounds of sixteen reads by key. The reads of several stretches share a statement, and SQLite blocks the
// process for that many.
const narrowedAtOnce = 16;
// Measured: a round of sixteen such reads takes some 0.4 ms, and comparing a message takes 6 to 15 µs.
const [partsOfRound, messagesOfRound] = [16, 30];
// How many entries that are passed over cost as much as comparing one message. Measured likewise.
const passedOfMessage = 20;

/** Returns whether no message can have been sent in a span. */
export function isEmpty({ sentFrom, sentBefore }: Span): boolean {
  return sentFrom !== undefined && sentBefore !== undefined && sentFrom >= sentBefore;
}

/**
 * Narrows the stretches of a walk to a span, leaving out most of what was sent at other times. Times rise with seqs, so each conversation
 * still has one stretch. The walk ends at the first conversation without activity since the span began.
 */
export function walkWithin({ messages }: Pick<SearchParts, 'messages'>, walk: Walk, { sentFrom, sentBefore }: Span): Walk {
  if (sentFrom === undefined && sentBefore === undefined) return walk;
  let given: readonly Stretch[] = [];
  let ended = false;

  async function narrowed(stretch: Stretch): Promise<Stretch> {
    const { from, to, most } = stretch;
    if (!isLarge(stretch)) return { ...stretch, entering: Math.ceil((to + 1 - from) / passedOfMessage) };
    const [first, last] = await Promise.all([
      sentFrom === undefined ? from : messages.seqBefore(stretch, sentFrom).then((seq) => seq + 1),
      sentBefore === undefined ? to : messages.seqBefore(stretch, sentBefore),
    ]);
    const rounds = Math.ceil(Math.log(to + 1 - from) / Math.log(partsOfRound));
    return { ...stretch, from: first, to: last, most: Math.min(most, Math.max(0, last + 1 - first)), entering: rounds * messagesOfRound };
  }

  return async () => {
    if (given.length === 0 && !ended) given = await walk();
    const inSpan = sentFrom === undefined ? given : given.filter(({ activeAtMs }) => activeAtMs === 0 || activeAtMs >= sentFrom.getTime());
    ended ||= inSpan.length < given.length;
    const next = inSpan.slice(0, atOnceOf(inSpan));
    given = inSpan.slice(next.length);
    return Promise.all(next.map(narrowed));
  };
}

function isLarge({ from, to }: Stretch): boolean {
  return to - from >= largeEntries;
}

/** Returns how many stretches come before the first one that is too many to narrow at once. */
function atOnceOf(stretches: readonly Stretch[]): number {
  const tooMany = stretches.filter(isLarge)[narrowedAtOnce];
  return tooMany === undefined ? stretches.length : stretches.indexOf(tooMany);
}
