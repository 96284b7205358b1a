import { type Db, firstEntries, type StreamStretch } from '../db/index.ts';
import type { Membership } from '../group/index.ts';
import type { Log } from '../log/index.ts';
import type { Page } from '../page.ts';
import { together } from '../together.ts';
import { type HistoryList, type Placed, readHistory } from './history.ts';
import { createLists } from './lists.ts';
import type { HistoryRequest } from './message.ts';
import type { Messages } from './messages.ts';
import { seqBefore } from './moment.ts';
import { type Range, readMessageRanges } from './store.ts';
import { firstSeen } from './target.ts';
import { readEntryRows, readTimelineRange } from './timeline.ts';

// A page of conversations with a page of messages each: up to 10,000 rows in one answer, some MB.
const rangesAtOnce = 100;
// Each takes two short reads by key.
const stretchesAtOnce = 800;

interface Listing<T> {
  readonly read: (range: Range) => Promise<readonly T[]>;
  readonly at: (item: T) => Date;
}

/** Makes the pages of conversations. Requests of one turn of the event loop are read together. */
export function createPages({
  db,
  log,
}: {
  readonly db: Db;
  readonly log: Log;
}): Pick<Messages, 'messages' | 'timeline' | 'seqBefore'> & ReturnType<typeof createLists> {
  const messageRange = together((ranges: readonly Range[]) => readMessageRanges(db, ranges), { atOnce: rangesAtOnce, name: nameOfRange });
  const entryRows = together((ranges: readonly Range[]) => readEntryRows(db, ranges), { atOnce: rangesAtOnce, name: nameOfRange });
  const firstEntry = together((stretches: readonly StreamStretch[]) => firstEntries(db.client, stretches), {
    atOnce: stretchesAtOnce,
    name: ({ streamId, from, to }) => [streamId, from, to].join(),
  });
  const timelineRange = (range: Range) => readTimelineRange({ messageRange, entryRows }, range);

  async function history<T extends Placed>(access: Membership, request: HistoryRequest, { read, at }: Listing<T>): Promise<Page<T>> {
    const { conversationId, userId: readerId } = access;
    const to = request.upTo ?? (await log.heads([conversationId])).get(conversationId)?.lastSeq ?? 0;
    const firstSeq = firstSeen(access);
    const list: HistoryList<T> = {
      read: (range) => read({ ...range, conversationId, readerId, firstSeq }),
      at,
      seqBefore: (stretch, moment) => seqBefore(firstEntry, { conversationId, ...stretch }, moment),
    };
    return readHistory(list, { from: firstSeq, to }, request);
  }

  return {
    messages: (access, request) => history(access, request, { read: messageRange, at: ({ sentAt }) => sentAt }),
    timeline: (access, request) => history(access, request, { read: timelineRange, at: ({ at }) => at }),
    seqBefore: (stretch, moment) => seqBefore(firstEntry, stretch, moment),
    ...createLists(db),
  };
}

function nameOfRange({ conversationId, readerId, firstSeq, from, to, newestFirst, limit }: Range): string {
  return [conversationId, readerId, firstSeq, from, to, newestFirst, limit].join();
}
