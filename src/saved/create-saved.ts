import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Inside, Log, NewEntry, Verdict } from '../log/index.ts';
import { type MessageRef, requireNotRecalled, requireSeen } from '../message/index.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import type { SavedMessage, SavedMessages, Saving } from './saved.ts';
import { allSaved, deleteSaved, deleteUnseen, listSaved, putSaved, readSaved, savedCount, savedKey, savedRow, seenCount } from './store.ts';

// The column's width.
const maxNote = 1_000;

interface Parts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'maxSavedMessages'>;
}

/** Makes the module of saved messages. */
export function createSavedMessages(parts: Parts): SavedMessages {
  const { db } = parts;
  return {
    save: async (viewer, saving) => save(parts, viewer, saving),
    unsave: (viewer, message) => unsave(parts, viewer, message),
    async list({ userId }, range) {
      const { first } = range;
      const found = await listSaved(db.client, userId, { ...range, first: first + 1 });
      const items = found.slice(0, first).map((saved) => ({ saved, key: savedKey(saved) }));
      return { items, hasNextPage: found.length > first };
    },
    byRefs: ({ userId }, refs) =>
      readSaved(
        db.client,
        refs.map(({ conversationId, seq }) => ({ conversationId, seq, userId })),
      ),
    allOf: (userId, range) => allSaved(db.client, userId, range),
    async eraseAll(userId) {
      await db.transaction((tx) => tx.savedMessage.deleteMany({ where: { userId } }));
    },
  };
}

// Allows one such act of a user in a commit, together with anything that others send there.
function sharing({ userId }: Viewer, { conversationId }: MessageRef) {
  return { lock: [conversationId, userId], keys: [`saved by ${userId}`] };
}

function save({ log, config }: Parts, viewer: Viewer, { message: ref, note: wanted }: Saving): Promise<SavedMessage> {
  const given = requireNote(wanted);
  const { userId } = viewer;
  const { conversationId, seq } = ref;
  return log.append<SavedMessage>({
    ...sharing(viewer, ref),
    async decide(inside): Promise<Verdict<SavedMessage>> {
      const { joinedSeq } = (await requireNotRecalled(inside, viewer, ref)).access;
      const [user, before] = await Promise.all([inside.read(userRow, userId), inside.read(savedRow, { ...ref, userId })]);
      if (user?.state !== 'ACTIVE') throw accountGone();
      const known = before?.joinedSeq === joinedSeq ? before : null;
      const isFull = known === null && (await isFullFor(inside, userId, config.maxSavedMessages));
      const note = given === undefined ? (known?.note ?? null) : given;
      if (known?.note === note) return { result: () => known };
      const row = { userId, conversationId, seq, note, savedAt: known?.savedAt ?? inside.now, joinedSeq };
      return {
        entries: () => [changed(viewer, ref)],
        async write(tx) {
          await putSaved(tx, row, before);
          if (isFull) await deleteUnseen(tx, userId);
        },
        result: () => row,
      };
    },
  });
}

function unsave({ log }: Parts, viewer: Viewer, ref: MessageRef): Promise<void> {
  const own = { ...ref, userId: viewer.userId };
  return log.append<void>({
    ...sharing(viewer, ref),
    async decide(inside): Promise<Verdict<void>> {
      await requireSeen(inside, viewer, ref);
      if ((await inside.read(savedRow, own)) === null) return { result: () => undefined };
      return { entries: () => [changed(viewer, ref)], write: (tx) => deleteSaved(tx, own), result: () => undefined };
    },
  });
}

function changed({ userId }: Viewer, { conversationId, seq: messageSeq }: MessageRef) {
  const entry: NewEntry = { type: 'SavedMessageChanged', data: { conversationId, messageSeq } };
  return { stream: userId, actorId: userId, entry };
}

function requireNote(note: string | null | undefined): string | null | undefined {
  if (note === undefined) return undefined;
  if (note === null || isBlank(note)) return null;
  if (codePoints(note) > maxNote) throw unfit(`A note can have at most ${maxNote} characters.`);
  if (!isStorable(note) || hasControls(note, { lines: true })) throw unfit('A note must not contain control characters.');
  return note;
}

function unfit(why: string): ChatError {
  return new ChatError('INVALID_INPUT', why, { field: ['note'] });
}

/**
 * Whether messages that the user no longer sees have to be deleted to make room. They count too, so that no list has to skip more rows than
 * the limit. Throws LIMIT_REACHED.
 */
async function isFullFor(inside: Inside, userId: bigint, most: number): Promise<boolean> {
  if ((await inside.read(savedCount, userId)) < most) return false;
  if ((await inside.read(seenCount, userId)) < most) return true;
  const why =
    most === 0 ? 'Saved messages are turned off on this server.' : `You can have at most ${most} saved messages. Remove one first.`;
  throw new ChatError('LIMIT_REACHED', why);
}
