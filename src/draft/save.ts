import { requireData, requireFitting } from '../data.ts';
import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { requireQuoted, threadOf } from '../message/index.ts';
import { codePoints, isBlank, isStorable } from '../text.ts';
import type { Viewer } from '../user/index.ts';
import type { DraftState, NewDraft } from './draft.ts';
import type { DraftParts } from './parts.ts';
import { cancelDraftEvent, draftChanged, draftsKey, putting, requirePart, requireWritten, scheduleDraftEvent } from './rule.ts';
import { type DraftRow, deleteUnseen, draftCount, draftOf, draftRow, seenCount, stands } from './store.ts';

// A job that has been due for so long was given up, so another one is left.
const overdueMs = 60_000;

/** Saves a draft. Throws as Drafts.save says. */
export async function save({ log, config }: DraftParts, viewer: Viewer, wanted: NewDraft): Promise<DraftState> {
  const { conversationId, text, writtenAt } = wanted;
  const { userId } = viewer;
  const data = requireData(wanted.data);
  requireFitting(data, config);
  requireWriting(wanted, config.maxMessageLength);
  return log.append<DraftState>({
    lock: [userId],
    keys: [draftsKey(viewer)],
    repeatable: true,
    async decide(inside): Promise<Verdict<DraftState>> {
      requireWritten(writtenAt, inside.now);
      const access = await requirePart(inside, viewer, conversationId);
      const [replyToSeq, thread] = await Promise.all([
        requireQuoted(inside, access, wanted.replyTo),
        threadOf(inside, access, wanted.threadRoot),
      ]);
      const place = { userId, conversationId, threadRootSeq: thread?.rootSeq ?? 0 };
      const before = await inside.read(draftRow, place);
      const { joinedSeq } = access;
      if (before !== null && before.writtenAt >= writtenAt) return { result: () => stateOf(before, joinedSeq) };
      const isMore = !stands(before) || before.joinedSeq !== joinedSeq;
      const isFull = isMore && (await isFullFor(inside, userId, config.maxDrafts));
      const telling = tellingAt(before, inside.now, config.draftTellMs);
      const row = { ...place, text, replyToSeq, data, writtenAt, savedAt: inside.now, joinedSeq, tellAt: telling.at };
      const put = await putting(inside, row, before);
      return {
        entries: () => (telling.at === null ? [draftChanged(place)] : []),
        async write(tx) {
          await put(tx);
          if (isFull) await deleteUnseen(tx, userId);
          if (telling.isNew) await scheduleDraftEvent(tx, place, telling.at);
          else if (telling.at === null && before !== null && before.tellAt !== null) await cancelDraftEvent(tx, place);
        },
        result: () => ({ draft: draftOf(row), writtenAt }),
      };
    },
  });
}

/** Returns the state of a row for a viewer whose membership has this `joinedSeq`. */
export function stateOf(row: DraftRow, joinedSeq: number): DraftState {
  return { draft: stands(row) && row.joinedSeq === joinedSeq ? draftOf(row) : null, writtenAt: row.writtenAt };
}

/** When the devices are told; null: at once. `isNew`: a job must be left for it. */
type Telling = { readonly at: Date; readonly isNew: boolean } | { readonly at: null; readonly isNew: false };

function tellingAt(before: DraftRow | null, now: Date, tellMs: number): Telling {
  if (tellMs === 0) return { at: null, isNew: false };
  const tellAt = before?.tellAt ?? null;
  // A waiting notification is not postponed, so that a user who keeps typing is announced as well.
  if (tellAt !== null && now.getTime() - tellAt.getTime() < overdueMs) return { at: tellAt, isNew: false };
  return { at: new Date(now.getTime() + tellMs), isNew: true };
}

function requireWriting({ text, replyTo, data }: NewDraft, maxLength: number): void {
  if (!isStorable(text)) throw unfit('A draft must be well-formed Unicode without NUL.');
  if (codePoints(text) > maxLength) throw unfit(`A draft can have at most ${maxLength} characters, like a message.`);
  const isNothing = isBlank(text) && replyTo === undefined && (data === null || data === undefined);
  if (isNothing) throw unfit('The draft is empty. Remove it instead.');
}

function unfit(why: string): ChatError {
  return new ChatError('INVALID_INPUT', why, { field: ['text'] });
}

/**
 * Whether drafts of past memberships have to be deleted to make room. They count too, so that no list has to skip more rows than the limit.
 * Throws LIMIT_REACHED.
 */
async function isFullFor(inside: Inside, userId: bigint, most: number): Promise<boolean> {
  if ((await inside.read(draftCount, userId)) < most) return false;
  if ((await inside.read(seenCount, userId)) < most) return true;
  const why = most === 0 ? 'Drafts are turned off on this server.' : `You can have at most ${most} drafts. Send or remove one first.`;
  throw new ChatError('LIMIT_REACHED', why);
}
