import { insertImported, type Tx } from '../db/index.ts';
import { type ImportedGroup, importDirect, importGroup, requireImportableGroup } from '../group/index.ts';
import { type DirectLine, type GroupLine, invalid, keysOf, type Numbered, otherKind, requirePast } from './line.ts';
import { type BatchEnd, convertAll, type Run, requireKnown } from './parts.ts';

/** A conversation line that was accepted: known already, a direct conversation, or a group. */
type Judged =
  | { readonly key: string; readonly known: true }
  | { readonly key: string; readonly sides: readonly bigint[]; readonly createdAt: Date | undefined }
  | { readonly key: string; readonly group: ImportedGroup; readonly userIds: readonly bigint[]; readonly joinPolicy: string };

/**
 * Stores conversations, without letting anybody in yet. If two users already have a direct conversation here, that one is used. Throws
 * ChatError UNAVAILABLE.
 */
export async function importConversations(run: Run, lines: readonly Numbered<DirectLine | GroupLine>[]): Promise<BatchEnd> {
  const keyed = lines.map((numbered) => ({ ...numbered, ...keysOf(run.keys, numbered.line) }));
  const found = await run.known.find(keyed.flatMap(({ own, refers }) => [...(own === null ? [] : [own]), ...refers.map(({ key }) => key)]));
  const now = await run.db.now();
  const kinds = await readKinds(
    run,
    keyed.flatMap(({ own }) => (own === null ? [] : [own])),
    found,
  );

  function convert({ line, refers }: (typeof keyed)[number]): Judged {
    const key = run.keys.conversation(line.id);
    const known = kinds.get(key);
    if (known !== undefined && known !== line.kind) throw otherKind();
    if (known !== undefined) return { key, known: true };
    const userIds = refers.map((reference) => requireKnown(found, reference));
    const group = requireConversation(run, line, { now, users: userIds });
    const judged: Judged =
      line.kind === 'group' && group !== null
        ? { key, userIds, group, joinPolicy: line.joinPolicy ?? 'INVITE_ONLY' }
        : { key, sides: userIds, createdAt: line.createdAt };
    kinds.set(key, line.kind);
    return judged;
  }

  const { judged, faults } = await convertAll(run, keyed, convert);
  const fresh = judged.filter((one) => !('known' in one));
  // In parallel, because conversations that have no account in common share a commit.
  await Promise.all(fresh.map((one) => store(run, one)));
  return { stored: fresh.length, known: judged.length - fresh.length, faults };
}

/** Reads the kind of each key that is known. */
async function readKinds(
  { db }: Run,
  keys: readonly string[],
  found: ReadonlyMap<string, bigint>,
): Promise<Map<string, (DirectLine | GroupLine)['kind']>> {
  const ids = keys.flatMap((key) => found.get(key) ?? []);
  const rows =
    ids.length === 0 ? [] : await db.client.conversation.findMany({ where: { id: { in: ids } }, select: { id: true, kind: true } });
  const kinds = new Map(rows.map(({ id, kind }) => [id, kind === 'DIRECT' ? ('direct' as const) : ('group' as const)]));
  return new Map(
    keys.flatMap((key) => {
      const kind = kinds.get(found.get(key) ?? -1n);
      return kind === undefined ? [] : [[key, kind] as const];
    }),
  );
}

/**
 * Validates a conversation line. Returns the group to store, or null for a direct conversation, which needs none. `users` identifies its
 * members, by any value that differs between accounts. Throws INVALID_INPUT (createdAt, name, description, avatarUrl, data, members…),
 * LIMIT_REACHED (members).
 */
export function requireConversation(
  parts: Pick<Run, 'config'>,
  line: DirectLine | GroupLine,
  { now, users }: { readonly now: Date; readonly users: readonly unknown[] },
): ImportedGroup | null {
  requirePast(line.createdAt, now, 'createdAt');
  if (line.kind === 'direct') return null;
  const group = requireImportableGroup(parts, line);
  const first = new Map(users.map((user, place) => [user, place] as const).toReversed());
  const twice = users.findIndex((user, place) => first.get(user) !== place);
  if (twice >= 0) throw invalid('This user is listed twice.', 'members', String(twice), 'user');
  return group;
}

async function store(run: Run, judged: Judged): Promise<void> {
  const { db } = run;
  const note = (tx: Tx, streamId: bigint) => insertImported(db, tx, [{ key: judged.key, streamId, seq: 0 }]);
  if ('sides' in judged) {
    await importDirect(run, judged.sides, { createdAt: judged.createdAt, also: note });
  } else if ('group' in judged) {
    const { group, userIds, joinPolicy } = judged;
    await importGroup(run, group, {
      userIds,
      async also(tx, id) {
        await note(tx, id);
        // A group without messages has to be opened too.
        await tx.importPending.create({ data: { conversationId: id, joinPolicy } });
      },
    });
  }
}
