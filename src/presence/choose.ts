import { type Db, writeChosen } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { requireFuture } from '../future.ts';
import type { Limit } from '../limit/index.ts';
import type { Fact, Log, Verdict } from '../log/index.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';
import { accountGone, type Viewer } from '../user/index.ts';
import { allowAll, putFlag, requireAllowedText, type Screen } from '../words/index.ts';
import { type ChosenRow, chosenAt, readAccounts } from './chosen.ts';
import type { HintPublisher } from './hint-publisher.ts';
import type { Chosen, Presences } from './presence.ts';

/** The parts that `choose` needs. */
export interface ChooseParts {
  readonly db: Db;
  readonly log: Log;
  readonly changes: Limit;
  readonly telling: HintPublisher;
  /** Matches the status text against the blocked words. Without it, every text is allowed. */
  readonly screen?: Screen | undefined;
}

// The width of the database column. The API's documentation states it too.
const maxText = 100;

/** The row with a user's choice, or null if their account has been erased. Changes of it need the lock of the user's account stream. */
const chosenRow: Fact<bigint, ChosenRow | null> = { name: 'chosen', key: String, read: readAccounts };

/** Sets how others see the viewer. A change that changes nothing appends no entry. Throws the errors that `Presences.choose` lists. */
export async function choose(
  { db, log, changes, telling, screen = allowAll }: ChooseParts,
  { userId }: Viewer,
  options: Parameters<Presences['choose']>[1],
): Promise<Chosen> {
  const text = requireText(options.statusText ?? null);
  const said = text === null ? [] : [requireAllowedText(screen.checkText(text, 'statusText'))];
  const wish = { ...options, ...(options.statusText !== undefined && { statusText: said[0]?.text ?? null }) };
  const [stands, now] = await Promise.all([readAccounts(db.client, [userId]), db.now()]);
  requireFuture(wish.statusUntil, { now, field: 'statusUntil' });
  // A request that changes nothing does not count towards the limit of changes.
  const [before] = stands;
  if (before && isSame(chosenAt(before, now), wished(before, wish, now))) {
    // The request may be a retry after a lost answer: the node that stored the change may have died before it published the hint.
    telling.tell(userId, { kind: 'chosen' });
    return chosenAt(before, now);
  }
  const retryAfterMs = await changes.take(String(userId));
  if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'Too many changes. Wait before you try again.', { retryAfterMs });
  return log.append<Chosen>({
    lock: [userId],
    async decide(inside): Promise<Verdict<Chosen>> {
      const row = await inside.read(chosenRow, userId);
      if (row === null) throw accountGone();
      const after = wished(row, wish, inside.now);
      // From then on, others see the user as last seen at the moment they became invisible.
      const hides = after.choice === 'INVISIBLE' && row.choice !== 'INVISIBLE';
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SettingsChanged', data: {} } }],
        async write(tx, { at }) {
          await writeChosen(db, tx, { userId, ...after, lastSeenAt: hides ? at : null });
          await putFlag(tx, { target: { kind: 'USER', userId }, said, at });
        },
        result: () => after,
      };
    },
  });
}

function wished(before: ChosenRow, { choice, statusText, statusUntil }: Parameters<Presences['choose']>[1], now: Date): Chosen {
  const known = chosenAt(before, now);
  const text = statusText === undefined ? known.statusText : statusText;
  // A new text does not inherit the end time of the former text.
  const until = statusUntil === undefined ? (statusText === undefined ? known.statusUntil : null) : statusUntil;
  return { choice, statusText: text, statusUntil: text === null ? null : until };
}

function isSame(one: Chosen, other: Chosen): boolean {
  return one.choice === other.choice && one.statusText === other.statusText && one.statusUntil?.getTime() === other.statusUntil?.getTime();
}

function requireText(text: string | null): string | null {
  if (text === null || text === '') return null;
  if (isBlank(text)) throw invalid('statusText', 'A status text must have a visible character. Use null for none.');
  if (codePoints(text) > maxText) throw invalid('statusText', `A status text can have at most ${maxText} characters.`);
  if (!isStorable(text) || hasControls(text, { lines: false })) throw invalid('statusText', 'A status text must be a single line of text.');
  return text;
}

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}
