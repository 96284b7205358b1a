import { createScratch, type ImportedRow, inPieces, readImported, type Scratch } from '../db/index.ts';
import { requireImportable, unclaimedHandles } from '../user/index.ts';
import { type Content, requireContent } from './content.ts';
import { requireConversation } from './conversations.ts';
import {
  type DirectLine,
  type GroupLine,
  handleTaken,
  keysOf,
  type Line,
  type Numbered,
  noSide,
  otherKind,
  requirePast,
  subjectTaken,
  tooOld,
  type UserLine,
  unknownReference,
} from './line.ts';
import { type BatchEnd, convertAll, type Run } from './parts.ts';

/** A check of lines that stores nothing in the database. */
export interface Checking extends AsyncDisposable {
  check(lines: readonly Numbered[]): Promise<BatchEnd>;
}

/**
 * Starts the check of a file. What its lines define is kept in a scratch file outside the database, so that later lines can refer to it.
 * Leaves out what can only be decided under locks: which accounts are deleted, which groups are dissolved, what is sent in the meantime.
 */
export async function checkLines(run: Run): Promise<Checking> {
  const scratch = await createScratch();
  return {
    check: (lines) => check(run, scratch, lines),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

async function check(run: Run, scratch: Scratch, lines: readonly Numbered[]): Promise<BatchEnd> {
  const { db, keys, options } = run;
  const now = await db.now();
  const keyed = lines.map((numbered) => ({ ...numbered, ...keysOf(keys, numbered.line) }));
  const stored = await readImported(
    db.client,
    keyed.flatMap(({ own, refers }) => [...(own === null ? [] : [own]), ...refers.map(({ key }) => key)]),
  );
  const references = lines.flatMap(({ line }) => conversationKeys(run, line));
  await learn(
    run,
    scratch,
    [...new Set(references)].flatMap((key) => stored.get(key) ?? []),
  );
  const told: Told = { scratch, stored, now, shifts: options.shiftTimes === true };
  const isKnown = (key: string): boolean => stored.has(key) || scratch.get(key) !== null;
  let shifted = 0;

  const { judged, faults } = await convertAll(run, keyed, async ({ line, own, refers }): Promise<boolean> => {
    if (own !== null && isKnown(own)) {
      requireKind(line, own, scratch);
      return false;
    }
    // Checks in the same order as the import: a message's own content first.
    const content = line.kind === 'message' ? requireContent(run, line, now) : null;
    const unknown = refers.find(({ key }) => !isKnown(key));
    if (unknown !== undefined) throw unknownReference(unknown);
    if (line.kind === 'user') await checkUser(run, line, told);
    if (line.kind === 'direct' || line.kind === 'group') checkConversation(run, line, told);
    if (content !== null) shifted += checkMessage(content, told);
    if (own !== null && scratch.get(own) === null) scratch.put(own, 0);
    return true;
  });
  const count = judged.filter((isNew) => isNew).length;
  return { stored: count, known: judged.length - count, faults, shifted };
}

/** Throws CONFLICT (id) if the conversation is known as one of the other kind. */
function requireKind({ kind }: Line, known: string, scratch: Scratch): void {
  if (kind !== 'group' && kind !== 'direct') return;
  if ((kind === 'direct') !== (scratch.get(`direct ${known}`) !== null)) throw otherKind();
}

function conversationKeys({ keys }: Run, line: Line): readonly string[] {
  if (line.kind === 'user') return [];
  return [keys.conversation(line.kind === 'direct' || line.kind === 'group' ? line.id : line.conversation)];
}

interface Told {
  readonly scratch: Scratch;
  readonly stored: ReadonlyMap<string, ImportedRow>;
  readonly now: Date;
  readonly shifts: boolean;
}

/** Remembers about stored conversations the time of their last entry and, for direct ones, their two users. */
async function learn({ db, log }: Run, scratch: Scratch, rows: readonly ImportedRow[]): Promise<void> {
  const fresh = rows.filter(({ key }) => scratch.get(key) === null);
  if (fresh.length === 0) return;
  const ids = fresh.map(({ streamId }) => streamId);
  const [heads, conversations] = await Promise.all([
    log.heads(ids),
    inPieces(ids, (piece) => db.client.conversation.findMany({ where: { id: { in: [...piece] } }, select: { id: true, directKey: true } })),
  ]);
  const sides = new Map(conversations.map(({ id, directKey }) => [id, directKey?.split(':')]));
  for (const { key, streamId } of fresh) {
    const head = heads.get(streamId);
    scratch.put(key, head === undefined || head.lastSeq === 0 ? 0 : head.lastAt.getTime());
    keepSides(scratch, key, sides.get(streamId) ?? []);
  }
}

/** Remembers the two users of a direct conversation. A group has none here. */
function keepSides(scratch: Scratch, conversation: string, accounts: readonly string[]): void {
  if (accounts.length > 0) scratch.put(`direct ${conversation}`, 0);
  for (const account of accounts) scratch.put(`side ${conversation} ${account}`, 0);
}

/** Identifies the account behind a user's key. Two users of a file may be the same existing account. */
function accountOf({ scratch, stored }: Told, key: string): string {
  const id = stored.get(key)?.streamId ?? (scratch.get(key) || key);
  return String(id);
}

async function checkUser(run: Run, line: UserLine, { scratch, now }: Told): Promise<void> {
  requirePast(line.createdAt, now, 'createdAt');
  const { handle, identity } = requireImportable(run, line);
  const subject = identity === null ? null : `subject ${JSON.stringify(identity)}`;
  if (subject !== null && scratch.get(subject) !== null) throw subjectTaken();
  const met = identity === null ? null : await run.db.client.identity.findUnique({ where: { issuer_subject: identity } });
  if (met === null && (scratch.get(`handle ${handle}`) !== null || !(await unclaimedHandles(run, [handle])).has(handle)))
    throw handleTaken();
  if (subject !== null) scratch.put(subject, 0);
  if (met === null) scratch.put(`handle ${handle}`, 0);
  else scratch.put(run.keys.user(line.id), Number(met.userId));
}

function checkConversation(run: Run, line: DirectLine | GroupLine, told: Told): void {
  const { scratch, now } = told;
  const { own, refers } = keysOf(run.keys, line);
  const users = refers.map(({ key }) => accountOf(told, key));
  requireConversation(run, line, { now, users });
  if (own === null) return;
  // A direct conversation that is new has no entry for its creation, so any time may come first.
  scratch.put(own, line.kind === 'group' ? line.createdAt.getTime() : 0);
  if (line.kind === 'direct') keepSides(scratch, own, users);
}

/** Returns 1 if the message has to be shown later than it was sent, else 0. */
function checkMessage({ line, conversation, sender }: Content, told: Told): 0 | 1 {
  const { scratch, shifts } = told;
  const isDirect = scratch.get(`direct ${conversation}`) !== null;
  if (isDirect && scratch.get(`side ${conversation} ${accountOf(told, sender)}`) === null) throw noSide();
  const [at, last] = [line.sentAt.getTime(), scratch.get(conversation) ?? 0];
  if (at < last && !shifts) throw tooOld(new Date(last));
  scratch.put(conversation, Math.max(at, last));
  return at < last ? 1 : 0;
}
