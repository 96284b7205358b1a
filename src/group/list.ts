import { inPieces, type Marks } from '../db/index.ts';
import { filledPage } from '../filled-page.ts';
import { lastTime, parsePlace } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { Conversation } from './conversation.ts';
import type { ReadingParts } from './conversation-reader.ts';
import { conversationKey } from './key.ts';
import { type ConversationFilter, siftShown } from './sift.ts';
import { directKey, isActive, readMemberships } from './store.ts';

type ConversationRequest = ListRequest & { readonly marks?: Marks | undefined; readonly sieves?: readonly ConversationFilter[] };

/**
 * Lists the conversations that the viewer is shown, latest activity first: all, or those that have the given marks and pass every sieve.
 * Throws BAD_USER_INPUT (after).
 */
export async function listConversations(
  parts: Pick<ReadingParts, 'db' | 'conversations'>,
  viewer: Viewer,
  request: ConversationRequest,
): Promise<Listed<{ readonly conversation: Conversation }>> {
  return filledPage(request, (range) => readConversations(parts, viewer, range));
}

async function readConversations(
  parts: Pick<ReadingParts, 'db' | 'conversations'>,
  viewer: Viewer,
  { first, after, marks = {}, sieves = [] }: ConversationRequest,
) {
  const [activeAtMs, id] = after === undefined ? [] : parsePlace(after, lastTime);
  const rows = await siftShown(parts.db, viewer, {
    sieves,
    most: first + 1,
    marks,
    before: activeAtMs === undefined || id === undefined ? null : { activeAt: new Date(activeAtMs), id },
  });
  const page = rows.slice(0, first).map((row) => ({ id: row.id, key: conversationKey({ lastActivityAt: row.activeAt, id: row.id }) }));
  const conversations = await parts.conversations(page.map((row) => row.id));
  const items = page.flatMap(({ key }, place) => {
    const conversation = conversations[place];
    return conversation ? [{ conversation, key }] : [];
  });
  return { items, hasNextPage: rows.length > first, end: page.at(-1)?.key };
}

/** Finds the direct conversations with each user that the viewer is shown. Results are in the order of `userIds`; null if there is none. */
export async function directsWith(
  { db, conversations: read }: Pick<ReadingParts, 'db' | 'conversations'>,
  viewer: Viewer,
  userIds: readonly bigint[],
): Promise<readonly (Conversation | null)[]> {
  const keys = userIds.map((userId) => directKey(viewer.userId, userId));
  const rows = await inPieces([...new Set(keys)], (piece) =>
    db.client.conversation.findMany({ where: { directKey: { in: [...piece] } }, select: { id: true } }),
  );
  const refs = rows.map(({ id }) => ({ conversationId: id, userId: viewer.userId }));
  const accesses = await readMemberships(db.client, refs);
  const shown = accesses.flatMap((row) => (isActive(row) && row.shown ? [row.conversationId] : []));
  const conversations = await read(shown);
  const found = new Map(
    conversations.flatMap((conversation) => (conversation?.sides ? [[directKey(...conversation.sides), conversation] as const] : [])),
  );
  return keys.map((key) => found.get(key) ?? null);
}
