import { createScratch, type ImportedRow, inPieces, readImported, type Scratch } from '../db/index.ts';
import { requireForeigner, unclaimedHandles } from '../user/index.ts';
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
  subjectTaken,
  tooOld,
  type UserLine,
  unknownReference,
} from './line.ts';
import { type BatchEnd, judgeAll, type Run } from './parts.ts';

/** Looks at lines without storing them. */
export interface Checking extends AsyncDisposable {
  check(lines: readonly Numbered[]): Promise<BatchEnd>;
}

/**
 * Begins to look at a file: what its lines are about is kept beside the database, in a file of its own, so that those after them may refer to it. What can be told only under locks (who has been
 * erased, which groups are dissolved, what is said until then) is not.
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
  const keyed = lines.map(({ line }) => keysOf(keys, line));
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

  const { judged, faults } = await judgeAll(run, lines, async (line: Line): Promise<boolean> => {
    const { own, refers } = keysOf(keys, line);
    if (own !== null && isKnown(own)) {
      requireKind(line, own, scratch);
      return false;
    }
    // As where it is stored: first what a message is by itself.
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

/** Throws CONFLICT (id) for a conversation that is known as one of the other kind. */
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

/** Keeps of conversations that are stored with what they end, and whose they are. */
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

/** Keeps between whom a direct conversation is; of a group none. */
function keepSides(scratch: Scratch, conversation: string, accounts: readonly string[]): void {
  if (accounts.length > 0) scratch.put(`direct ${conversation}`, 0);
  for (const account of accounts) scratch.put(`side ${conversation} ${account}`, 0);
}

/** What tells the accounts of users apart, by their keys: two of a file may be one that there is. */
function accountOf({ scratch, stored }: Told, key: string): string {
  const id = stored.get(key)?.streamId ?? (scratch.get(key) || key);
  return String(id);
}

async function checkUser(run: Run, line: UserLine, { scratch }: Told): Promise<void> {
  const { handle, identity } = requireForeigner(run, line);
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
  // Before a direct conversation there is nothing, whenever it was made.
  scratch.put(own, line.kind === 'group' ? line.createdAt.getTime() : 0);
  if (line.kind === 'direct') keepSides(scratch, own, users);
}

/** Answers 1 where it is to be shown later than it was said. */
function checkMessage({ line, conversation, sender }: Content, told: Told): 0 | 1 {
  const { scratch, shifts } = told;
  const isDirect = scratch.get(`direct ${conversation}`) !== null;
  if (isDirect && scratch.get(`side ${conversation} ${accountOf(told, sender)}`) === null) throw noSide();
  const [at, last] = [line.sentAt.getTime(), scratch.get(conversation) ?? 0];
  if (at < last && !shifts) throw tooOld(new Date(last));
  scratch.put(conversation, Math.max(at, last));
  return at < last ? 1 : 0;
}
