import { insertImported } from '../db/index.ts';
import { type ImportedAccount, importAccounts, readHandle, requireImportable, unclaimedHandles } from '../user/index.ts';
import { handleTaken, type Numbered, requirePast, subjectTaken, type UserLine } from './line.ts';
import { type BatchEnd, convertAll, type Run } from './parts.ts';

/** A user line that was accepted: known already, an existing account, or a new one. */
type Judged =
  | { readonly key: string; readonly known: true }
  | { readonly key: string; readonly met: bigint }
  | { readonly key: string; readonly made: ImportedAccount };

/**
 * Stores users. If the line's subject already signs in to an account, that account is the user. Otherwise the handle must be free. Throws
 * ChatError UNAVAILABLE.
 */
export async function importUsers(run: Run, lines: readonly Numbered<UserLine>[]): Promise<BatchEnd> {
  const { db } = run;
  const stored = new Set((await run.known.find(lines.map(({ line }) => run.keys.user(line.id)))).keys());
  const free = await unclaimedHandles(
    run,
    lines.flatMap(({ line }) => readHandle(line.handle) ?? []),
  );
  const now = await db.now();
  const taken = { handles: new Set<string>(), subjects: new Set<string>() };

  async function convert({ line }: Numbered<UserLine>): Promise<Judged> {
    const key = run.keys.user(line.id);
    if (stored.has(key)) return { key, known: true };
    requirePast(line.createdAt, now, 'createdAt');
    const made = requireImportable(run, line);
    const { handle, identity } = made;
    const met = identity === null ? null : await db.client.identity.findUnique({ where: { issuer_subject: identity } });
    const subject = JSON.stringify(identity);
    if (identity !== null && taken.subjects.has(subject)) throw subjectTaken();
    if (met === null && (taken.handles.has(handle) || !free.has(handle))) {
      throw handleTaken();
    }
    stored.add(key);
    if (identity !== null) taken.subjects.add(subject);
    if (met !== null) return { key, met: met.userId };
    taken.handles.add(handle);
    return { key, made };
  }

  const { judged, faults } = await convertAll(run, lines, convert);
  const made = judged.flatMap((one) => ('made' in one ? [one] : []));
  const met = judged.flatMap((one) => ('met' in one ? [one] : []));
  await importAccounts(
    run,
    made.map((one) => one.made),
    async (tx, ids) => {
      const rows = [...made.flatMap(({ key }, place) => rowOf(key, ids[place])), ...met.flatMap((one) => rowOf(one.key, one.met))];
      if (rows.length > 0) await insertImported(db, tx, rows);
    },
  );
  const count = made.length + met.length;
  return { stored: count, known: judged.length - count, faults };
}

function rowOf(key: string, streamId: bigint | undefined) {
  return streamId === undefined ? [] : [{ key, streamId, seq: 0 }];
}
