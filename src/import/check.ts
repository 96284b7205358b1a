import { createScratch, readImported, type Scratch } from '../db/index.ts';
import { requireForeigner, unclaimedHandles } from '../user/index.ts';
import { requireContent } from './content.ts';
import { requireConversation } from './conversations.ts';
import {
  type DirectLine,
  type GroupLine,
  handleTaken,
  keysOf,
  type Line,
  type MessageLine,
  type Numbered,
  noSide,
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
 * erased, what was said meanwhile) is not.
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
  const isKnown = (key: string): boolean => stored.has(key) || scratch.get(key) !== null;
  let shifted = 0;

  const { judged, faults } = await judgeAll(run, lines, async (line: Line): Promise<boolean> => {
    const { own, refers } = keysOf(keys, line);
    if (own !== null && isKnown(own)) return false;
    const unknown = refers.find(({ key }) => !isKnown(key));
    if (unknown !== undefined) throw unknownReference(unknown);
    const told = { scratch, now, shifts: options.shiftTimes === true };
    if (line.kind === 'user') await checkUser(run, scratch, line);
    if (line.kind === 'direct' || line.kind === 'group') checkConversation(run, line, told);
    if (line.kind === 'message') shifted += checkMessage(run, line, told);
    if (own !== null && scratch.get(own) === null) scratch.put(own, 0);
    return true;
  });
  const count = judged.filter((isNew) => isNew).length;
  return { stored: count, known: judged.length - count, faults, shifted };
}

interface Told {
  readonly scratch: Scratch;
  readonly now: Date;
  readonly shifts: boolean;
}

async function checkUser(run: Run, scratch: Scratch, line: UserLine): Promise<void> {
  const { handle, identity } = requireForeigner(run, line);
  const subject = identity === null ? null : `subject ${JSON.stringify(identity)}`;
  if (subject !== null && scratch.get(subject) !== null) throw subjectTaken();
  const met = identity === null ? null : await run.db.client.identity.findUnique({ where: { issuer_subject: identity } });
  if (met === null && (scratch.get(`handle ${handle}`) !== null || !(await unclaimedHandles(run, [handle])).has(handle)))
    throw handleTaken();
  if (subject !== null) scratch.put(subject, 0);
  scratch.put(`handle ${handle}`, 0);
}

function checkConversation(run: Run, line: DirectLine | GroupLine, { scratch, now }: Told): void {
  const { own, refers } = keysOf(run.keys, line);
  const users = refers.map(({ key }) => key);
  requireConversation(run, line, { now, users });
  if (own === null) return;
  // Before a direct conversation there is nothing, whenever it was made.
  scratch.put(own, line.kind === 'group' ? line.createdAt.getTime() : 0);
  if (line.kind !== 'direct') return;
  scratch.put(`direct ${own}`, 0);
  for (const user of users) scratch.put(`side ${own} ${user}`, 0);
}

/** Answers 1 where it is to be shown later than it was said. */
function checkMessage(run: Run, line: MessageLine, { scratch, now, shifts }: Told): 0 | 1 {
  const { conversation, sender } = requireContent(run, line, now);
  if (scratch.get(`direct ${conversation}`) !== null && scratch.get(`side ${conversation} ${sender}`) === null) throw noSide();
  const [at, last] = [line.sentAt.getTime(), scratch.get(conversation) ?? 0];
  if (at < last && !shifts) throw tooOld(new Date(last));
  scratch.put(conversation, Math.max(at, last));
  return at < last ? 1 : 0;
}
