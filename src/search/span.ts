import type { SearchParts } from './parts.ts';
import type { Span } from './search.ts';
import type { Stretch, Walk } from './stretch.ts';

// Of fewer the database passes over what is of other times, in some 0.5 µs each, sooner than their ends are found.
const largeEntries = 250;
// Each is taken apart by sixteen reads by key at a time, which are joined with those of the others: SQLite keeps the process for so many.
const narrowedAtOnce = 16;
// Measured: a round of sixteen such reads takes some 0.4 ms, and a message that is looked through 6 to 15 µs.
const [partsOfRound, messagesOfRound] = [16, 30];
// What is passed over, likewise.
const passedOfMessage = 20;

/** Whether nothing is said in it. */
export function isEmpty({ sentFrom, sentBefore }: Span): boolean {
  return sentFrom !== undefined && sentBefore !== undefined && sentFrom >= sentBefore;
}

/**
 * What a walk gives, without most of what was said at other times. Times rise with the numbers, so of a conversation one stretch is left; and it ends at the first one in
 * which nothing has happened since the span began.
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

/** How many come before there are too many to be narrowed. */
function atOnceOf(stretches: readonly Stretch[]): number {
  const tooMany = stretches.filter(isLarge)[narrowedAtOnce];
  return tooMany === undefined ? stretches.length : stretches.indexOf(tooMany);
}
