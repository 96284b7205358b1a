import type { Contacts } from '../contact/index.ts';
import type { Db } from '../db/index.ts';
import type { Groups } from '../group/index.ts';
import { type Attachments, noAttachments, parseAttachments } from '../log/index.ts';
import type { Messages } from '../message/index.ts';
import type { Notices } from '../notice/index.ts';
import type { Users } from '../user/index.ts';
import { audience, type Notification, type PushedMessage } from './audience.ts';
import type { Claimed } from './claim.ts';
import { inLanes } from './lanes.ts';
import type { Payload } from './payload.ts';
import { reference } from './reference.ts';
import { parseSubject } from './subject.ts';

/** The parts that supply the text of pushes. */
export interface PayloadParts {
  readonly db: Db;
  readonly users: Users;
  readonly contacts: Contacts;
  readonly groups: Groups;
  readonly messages: Messages;
  readonly notices: Notices;
}

// Each count takes a few statements on the connection pool that also serves requests.
const countsAtOnce = 4;

type Wording = Omit<Payload, 'badge'>;

/** Returns the payload of each delivery, as of now, in the order asked for. Null: there is nothing to say any more. */
export async function payloadsOf(parts: PayloadParts, rows: readonly Claimed[], now: Date): Promise<readonly (Payload | null)[]> {
  const words = new Map<Claimed, Wording>();
  for (const alike of Map.groupBy(rows, ({ subject, fromSeq }) => `${subject} ${fromSeq}`).values()) {
    const found = await wordingOf(parts, alike, now);
    for (const row of alike) {
      const wording = found.get(row.userId);
      if (wording !== undefined) words.set(row, wording);
    }
  }
  // A user with several devices is counted once.
  const users = [...new Map([...words.keys()].map((row) => [row.userId, row]))];
  const counts = await inLanes(users, countsAtOnce, async ([userId, { sessionId }]) => {
    const { badge } = await parts.messages.unreadTotals({ userId, sessionId });
    return [userId, badge] as const;
  });
  const badges = new Map(counts);
  return rows.map((row) => {
    const wording = words.get(row);
    return wording === undefined ? null : { ...wording, badge: badges.get(row.userId) ?? 0 };
  });
}

type Worded = ReadonlyMap<bigint, Wording>;

/** Returns what each user is told about one subject. */
async function wordingOf(parts: PayloadParts, rows: readonly Claimed[], now: Date): Promise<Worded> {
  const subject = parseSubject(rows[0]?.subject ?? '');
  switch (subject?.of) {
    case 'conversation':
      return ofConversation(parts, subject.id, rows, now);
    case 'request':
      return ofRequest(parts, subject.id, rows);
    case 'notice':
      return ofNotice(parts, subject.id, rows);
    default:
      return new Map();
  }
}

async function ofConversation({ db, users, groups }: PayloadParts, id: bigint, rows: readonly Claimed[], now: Date): Promise<Worded> {
  const [conversation] = await groups.byIds([id]);
  const stretch = { conversationId: id, fromSeq: rows[0]?.fromSeq ?? 0, seq: Math.max(...rows.map(({ seq }) => seq)) };
  const userIds = [...new Set(rows.map(({ userId }) => userId))];
  const told = conversation ? await audience({ db }, stretch, userIds, now) : [];
  const senderIds = [...new Set(told.map(({ message }) => message.senderId))];
  const names = new Map((await users.byIds(senderIds)).map((user, place) => [senderIds[place], user?.displayName ?? '']));
  const group = conversation?.kind === 'GROUP' ? (conversation.name ?? '') : null;
  const attached = await attachedTo(db, id, new Set(told.map(({ message }) => message.seq)));
  return new Map(
    told.map((one) => {
      const { seq, senderId } = one.message;
      return [one.userId, ofMessage(id, one, { group, sender: names.get(senderId) ?? '', attached: attached.get(seq) ?? noAttachments })];
    }),
  );
}

/** Reads messages' attachments, by seq. Messages without any may be absent. */
async function attachedTo(db: Db, conversationId: bigint, seqs: ReadonlySet<number>): Promise<ReadonlyMap<number, Attachments>> {
  if (seqs.size === 0) return new Map();
  const where = { conversationId, seq: { in: [...seqs] }, attachments: { not: null } };
  const rows = await db.client.message.findMany({ where, select: { seq: true, attachments: true } });
  return new Map(rows.map(({ seq, attachments }) => [seq, parseAttachments(attachments)]));
}

function ofMessage(
  id: bigint,
  { message, count, mentioned }: Notification,
  { group, sender, attached }: { readonly group: string | null; readonly sender: string; readonly attached: Attachments },
): Wording {
  return {
    ...{ type: 'MESSAGE', title: group ?? sender, sender, ...contentOf(message, attached) },
    ...{ conversationId: reference('Conversation', id), messageId: reference('Message', id, message.seq) },
    ...{ count, mentioned, at: message.sentAt.toISOString() },
  };
}

const nothingAttached = { attachments: 0, mediaType: '' };

// The server has no texts of its own in any language. Without a text, the type of the file tells the client what to say.
function contentOf({ text: body }: PushedMessage, attached: Attachments): Pick<Wording, 'body' | 'attachments' | 'mediaType'> {
  const [first] = attached;
  if (first === undefined) return { body, ...nothingAttached };
  const [mediaType = ''] = first.mediaType.split(/[ \t;]/);
  return { body: body || (first.alt ?? first.name ?? ''), attachments: attached.length, mediaType };
}

async function ofRequest({ users, contacts }: PayloadParts, fromId: bigint, rows: readonly Claimed[]): Promise<Worded> {
  const ids = [...new Set(rows.map(({ userId }) => userId))];
  const [[from], requests] = await Promise.all([
    users.byIds([fromId]),
    contacts.seenRequests(ids.map((userId) => ({ userId, fromId, toId: userId }))),
  ]);
  return new Map(
    requests.flatMap((request, place) => {
      const userId = ids[place];
      if (request === null || userId === undefined || !from || from.erased) return [];
      const { displayName: sender } = from;
      const wording: Wording = {
        ...{ type: 'CONTACT_REQUEST', title: sender, body: request.note ?? '', sender, count: 1, mentioned: false, ...nothingAttached },
        ...{ contactRequestId: reference('ContactRequest', fromId, userId), at: request.createdAt.toISOString() },
      };
      return [[userId, wording] as const];
    }),
  );
}

async function ofNotice({ notices }: PayloadParts, id: string, rows: readonly Claimed[]): Promise<Worded> {
  const found = await Promise.all(rows.map(({ userId, sessionId }) => notices.byId({ userId, sessionId }, id)));
  return new Map(
    found.flatMap((notice, place) => {
      const row = rows[place];
      if (notice === null || row === undefined) return [];
      const wording: Wording = {
        ...{ type: 'NOTICE', title: notice.title, body: notice.body, sender: '', count: 1, mentioned: false, ...nothingAttached },
        ...{ noticeId: reference('Notice', id), at: notice.postedAt.toISOString() },
      };
      return [[row.userId, wording] as const];
    }),
  );
}
