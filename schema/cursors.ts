import { isUuid } from '../src/uuid.ts';
import { decodeText, encodeText, maxId, maxSeq, parseWhole } from './ids.ts';

/** The orders of the connections. Entries of a stream, messages included, have the same cursor in every list. */
export type Order =
  | 'seq'
  | 'file'
  | 'block'
  | 'contact'
  | 'contactRequest'
  | 'joinRequest'
  | 'conversation'
  | 'member'
  | 'mention'
  | 'thread'
  | 'foundMember'
  | 'group'
  | 'listedGroup'
  | 'user'
  | 'found'
  | 'userId'
  | 'edit'
  | 'scheduledMessage'
  | 'draft'
  | 'saved'
  | 'notice'
  | 'noticeId'
  | 'job'
  | 'settingsVersion'
  | 'audit'
  | 'moderationItem'
  | 'moderationReport';

/** Creates the opaque cursor of a position in an order. */
export function formatCursor(order: Order, key: string | number): string {
  return encodeText(`${order}@${key}`);
}

// Whether a text is a valid key of the order. A number beyond the column's range would fail in the database instead of being refused.
const isKey: { readonly [O in Order]: (key: string) => boolean } = {
  seq: (key) => key === '0' || parseWhole(key, maxSeq) !== null,
  file(key) {
    const [, seq = '', place = ''] = /^(\d+):(\d+)$/.exec(key) ?? [];
    return parseWhole(seq, maxSeq) !== null && parseWhole(place, maxSeq) !== null;
  },
  block: (key) => pairWithin(key, maxTime),
  contact: (key) => pairWithin(key, maxTime),
  contactRequest: (key) => pairWithin(key, maxTime),
  joinRequest: (key) => pairWithin(key, maxTime),
  conversation: (key) => pairWithin(key, maxTime),
  member: (key) => pairWithin(key, maxSeq),
  mention: (key) => parseWhole(key, maxSeq) !== null,
  thread: timeAndMessage,
  foundMember(key) {
    const [, id = ''] = /^[01] (\d+) ./su.exec(key) ?? [];
    return parseWhole(id, maxId) !== null;
  },
  group: (key) => parseWhole(key, maxId) !== null,
  listedGroup: (key) => key.length > 0,
  user: (key) => key.length > 0,
  found(key) {
    const [, time = '', id = '', seq = ''] = /^[\w-]+:(\d+):(\d+):(\d+):[01]$/.exec(key) ?? [];
    // A search in one conversation has no activity time.
    return (time === '0' || parseWhole(time, maxTime) !== null) && parseWhole(id, maxId) !== null && parseWhole(seq, maxSeq) !== null;
  },
  userId: (key) => parseWhole(key, maxId) !== null,
  scheduledMessage: timeAndUuid,
  draft(key) {
    const [, place = '', rootSeq = ''] = /^(\d+:\d+):(\d+)$/.exec(key) ?? [];
    return pairWithin(place, maxTime) && (rootSeq === '0' || parseWhole(rootSeq, maxSeq) !== null);
  },
  saved: timeAndMessage,
  notice: timeAndUuid,
  job: timeAndUuid,
  noticeId: isUuid,
  moderationItem: isUuid,
  moderationReport(key) {
    const [, time = '', id = ''] = /^(\d+):(\d+)$/.exec(key) ?? [];
    // Reporter 0 stands for the lists of blocked words.
    return parseWhole(time, maxTime) !== null && (id === '0' || parseWhole(id, maxId) !== null);
  },
  settingsVersion: (key) => parseWhole(key, maxSeq) !== null,
  audit: (key) => pairWithin(key, maxTime),
  edit: (key) => parseWhole(key, maxSeq) !== null,
};

// The last ms of the year 9999, which is the latest time in MySQL.
const maxTime = 253_402_300_799_999n;

function pairWithin(key: string, max: bigint): boolean {
  const [, place = '', id = ''] = /^(\d+):(\d+)$/.exec(key) ?? [];
  return parseWhole(place, max) !== null && parseWhole(id, maxId) !== null;
}

function timeAndMessage(key: string): boolean {
  const [, place = '', seq = ''] = /^(\d+:\d+):(\d+)$/.exec(key) ?? [];
  return pairWithin(place, maxTime) && parseWhole(seq, maxSeq) !== null;
}

function timeAndUuid(key: string): boolean {
  const [, time = '', id = ''] = /^(\d+):(.+)$/.exec(key) ?? [];
  return parseWhole(time, maxTime) !== null && isUuid(id);
}

/** Returns the key in a cursor of this order. Null if the cursor is malformed or of another order. */
export function parseCursor(order: Order, cursor: string): string | null {
  const text = decodeText(cursor);
  if (!text?.startsWith(`${order}@`)) return null;
  const key = text.slice(order.length + 1);
  return isKey[order](key) ? key : null;
}

/** Returns the seq in the cursor of a stream's entry. Null if it has none. */
export function parseSeqCursor(cursor: string): number | null {
  const key = parseCursor('seq', cursor);
  return key === null ? null : Number(key);
}
