import { enterPending, raiseImportedReads } from '../db/index.ts';
import { keysOf, type Numbered, type ReadLine, unknownReference } from './line.ts';
import { type BatchEnd, convertAll, importedAt, type Run, requireKnown } from './parts.ts';

/** Stores how far users have read. It takes effect at the end of the run. Throws ChatError UNAVAILABLE. */
export async function importReads(run: Run, lines: readonly Numbered<ReadLine>[]): Promise<BatchEnd> {
  const { db } = run;
  const keyed = lines.map((numbered) => ({ ...numbered, ...keysOf(run.keys, numbered.line) }));
  const references = keyed.flatMap(({ refers }) => refers);
  const keys = references.filter(({ what }) => what !== 'message');
  const found = await run.known.find(keys.map(({ key }) => key));
  const messages = references.filter(({ what }) => what === 'message');
  const rows = await importedAt.read(
    db.client,
    messages.map(({ key }) => key),
  );
  const stored = new Map(rows.flatMap((row) => (row === null ? [] : [[row.key, row.seq]])));

  const { judged, faults } = await convertAll(run, keyed, ({ refers: [user, conversation, message] }) => {
    if (user === undefined || conversation === undefined || message === undefined) throw new Error('a mark refers to three');
    const seq = stored.get(message.key);
    const mark = { userId: requireKnown(found, user), conversationId: requireKnown(found, conversation) };
    if (seq === undefined) throw unknownReference(message);
    return { ...mark, seq };
  });
  if (judged.length === 0) return { stored: 0, known: 0, faults };
  const ids = [...new Set(judged.map(({ conversationId }) => conversationId))];
  const heads = await run.log.heads(ids);
  await db.transaction(async (tx) => {
    await raiseImportedReads(db, tx, highest(judged));
    // An empty range: without new messages, nobody else's marker changes.
    const pending = ids.map((conversationId) => {
      const seq = heads.get(conversationId)?.lastMessageSeq ?? 0;
      return { conversationId, fromSeq: seq, toSeq: seq };
    });
    await enterPending(db, tx, pending, { onlyNew: true });
  });
  return { stored: judged.length, known: 0, faults };
}

interface Mark {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly seq: number;
}

/** Returns one mark per member: with two in one statement, the later one would count instead of the higher. */
function highest(marks: readonly Mark[]): readonly Mark[] {
  const members = Map.groupBy(marks, ({ conversationId, userId }) => `${conversationId}:${userId}`);
  return [...members.values()].flatMap((own) => own.toSorted((one, other) => other.seq - one.seq).slice(0, 1));
}
