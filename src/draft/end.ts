import type { Inside, Verdict } from '../log/index.ts';
import { type IndependentWrite, type JointAct, type MessageRef, messageAt, threadOf } from '../message/index.ts';
import { userRow, type Viewer } from '../user/index.ts';
import type { DraftAt, DraftState } from './draft.ts';
import type { DraftParts } from './parts.ts';
import { cancelDraftEvent, draftChanged, draftsKey, latestWritten, putting, requirePart, requireWritten } from './rule.ts';
import { stateOf } from './save.ts';
import { type DraftRow, draftRow, type OwnPlace, stands } from './store.ts';

/** Removes a draft. Throws as Drafts.remove says. */
export async function remove({ log }: DraftParts, viewer: Viewer, { conversationId, threadRoot, writtenAt }: DraftAt): Promise<DraftState> {
  const { userId } = viewer;
  return log.append<DraftState>({
    lock: [userId],
    keys: [draftsKey(viewer)],
    repeatable: true,
    async decide(inside): Promise<Verdict<DraftState>> {
      requireWritten(writtenAt, inside.now);
      const access = await requirePart(inside, viewer, conversationId);
      // Looked up by the given root first: the viewer may no longer see the thread, and must still be able to remove the draft.
      const known = threadRoot?.conversationId === conversationId ? { userId, conversationId, threadRootSeq: threadRoot.seq } : null;
      const found = known && (await inside.read(draftRow, known));
      const rootSeq = found?.threadRootSeq ?? (await threadOf(inside, access, threadRoot))?.rootSeq ?? 0;
      const place = { userId, conversationId, threadRootSeq: rootSeq };
      const before = found ?? (await inside.read(draftRow, place));
      if (before !== null && before.writtenAt >= writtenAt) return { result: () => stateOf(before, access.joinedSeq) };
      return { ...(await ended(inside, { place, before, writtenAt })), result: () => ({ draft: null, writtenAt }) };
    },
  });
}

/** Removes a draft together with a message. As Drafts.ending says. */
export function ending(viewer: Viewer, { conversationId, threadRoot, writtenAt: told }: DraftAt): JointAct<IndependentWrite> {
  const { userId } = viewer;
  return {
    streamId: userId,
    key: draftsKey(viewer),
    async decide(inside): Promise<IndependentWrite> {
      // Cut rather than refused: a wrong clock must not keep anybody from sending. The draft is still removed, because no draft was saved
      // with a later time than this.
      const writtenAt = new Date(Math.min(told.getTime(), latestWritten(inside.now).getTime()));
      const threadRootSeq = await rootSeqOf(inside, conversationId, threadRoot);
      // Leaves no row if the message is going to be refused, because there is no such thread, or if the sender's account is erased.
      const user = await inside.read(userRow, userId);
      if (threadRootSeq === null || user?.state !== 'ACTIVE') return nothing;
      const place = { userId, conversationId, threadRootSeq };
      const before = await inside.read(draftRow, place);
      return before !== null && before.writtenAt >= writtenAt ? nothing : ended(inside, { place, before, writtenAt });
    },
  };
}

const nothing: IndependentWrite = { entries: () => [], write: async () => undefined };

async function rootSeqOf(inside: Inside, conversationId: bigint, named: MessageRef | undefined): Promise<number | null> {
  if (named === undefined) return 0;
  const message = named.conversationId === conversationId ? await inside.read(messageAt, named) : null;
  return message && (message.threadRootSeq ?? message.seq);
}

interface Ended {
  readonly place: OwnPlace;
  readonly before: DraftRow | null;
  readonly writtenAt: Date;
}

/** Returns what removes a draft. The row stays, without a draft, so that a save that was written before and arrives later is ignored. */
async function ended(inside: Inside, { place, before, writtenAt }: Ended): Promise<IndependentWrite> {
  const row: DraftRow = { ...place, text: '', replyToSeq: null, data: null, writtenAt, savedAt: null, joinedSeq: 0, tellAt: null };
  const put = await putting(inside, row, before);
  return {
    entries: () => (stands(before) ? [draftChanged(place)] : []),
    async write(tx) {
      await put(tx);
      if (before !== null && before.tellAt !== null) await cancelDraftEvent(tx, place);
    },
  };
}
