import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import { isUuid, newUuid } from '../uuid.ts';
import type { Administration, BotKey } from './administration.ts';
import { makeKey, readKey } from './bot-key.ts';
import { endOfTime } from './end-of-time.ts';
import { openSessions, sessionRow, userRow } from './facts.ts';
import { requireExistingAccount, requireNoAdmin } from './operator-target.ts';
import type { AdministrationParts } from './parts.ts';
import { dayMs, isLive, sessionEnded, sessionStarted, shownSession } from './session.ts';
import { requireKeyName } from './shape.ts';
import { endSessionRows, insertSession, readSessions, type SessionRow, type UserRow } from './store.ts';
import { isSuspended } from './suspension.ts';

type Parts = Pick<AdministrationParts, 'db' | 'log' | 'config'>;

// The same limit as that of SESSION_DAYS.
const maxDays = 3_650;

/** Creates a key of a bot: a session that needs no refresh. Throws the errors that Administration.createBotKey names. */
export async function createBotKey(
  { log, config }: Parts,
  actorId: bigint | null,
  { userId, name, days = null }: Parameters<Administration['createBotKey']>[1],
): Promise<BotKey> {
  const deviceName = requireKeyName(name);
  if (days !== null && (days < 1 || days > maxDays)) {
    throw new ChatError('INVALID_INPUT', `days must be from 1 to ${maxDays}. Leave it out for a key that does not expire.`, {
      field: ['days'],
    });
  }
  const sessionId = newUuid();
  const { key, digest } = makeKey(sessionId);
  return await log.append<BotKey>({
    lock: [userId],
    async decide(inside): Promise<Verdict<BotKey>> {
      const row = requireBot(await inside.read(userRow, userId), inside.now);
      // A key of an admin gives its holder the rights of that admin.
      if (actorId !== null) requireNoAdmin(row, config);
      const open = await inside.read(openSessions, userId);
      const over = open.filter((session) => !isLive(session, inside.now)).map(({ id }) => id);
      if (open.length - over.length >= config.maxSessions) {
        throw new ChatError('LIMIT_REACHED', `A bot can have at most ${config.maxSessions} keys. Revoke one first.`, { field: ['userId'] });
      }
      const session = (at: Date): Omit<SessionRow, 'endedAt'> => ({
        ...{ id: sessionId, userId, deviceName, deviceKind: 'OTHER', generation: 1, rotatedAt: at, createdAt: at, lastSeenAt: at },
        expiresAt: days === null ? endOfTime : new Date(at.getTime() + days * dayMs),
        keyDigest: digest,
      });
      return {
        entries: () => [...over.map(sessionEnded), sessionStarted(sessionId)].map((entry) => ({ stream: userId, actorId: null, entry })),
        async write(tx, { at }) {
          if (over.length > 0) await endSessionRows(tx, over, at);
          await insertSession(tx, session(at));
        },
        result: ({ at }) => ({ key, session: shownSession(session(at)) }),
      };
    },
  });
}

/** Revokes a key and returns the id of its bot. Repeating it has no effect. Throws the errors that Administration.revokeBotKey names. */
export async function revokeBotKey({ db, log }: Parts, { key }: Parameters<Administration['revokeBotKey']>[0]): Promise<bigint> {
  const sessionId = readKey(key)?.sessionId ?? key;
  const [found] = isUuid(sessionId) ? await readSessions(db.client, [sessionId]) : [];
  if (!found?.keyDigest) throw new ChatError('NOT_FOUND', 'Key not found.', { field: ['keyId'] });
  const { userId } = found;
  return await log.append<bigint>({
    lock: [userId],
    async decide(inside): Promise<Verdict<bigint>> {
      const session = await inside.read(sessionRow, sessionId);
      // The session is already ended, or erased together with its bot.
      if (session?.endedAt !== null) return { result: () => userId };
      return {
        entries: () => [{ stream: userId, actorId: null, entry: sessionEnded(sessionId) }],
        write: (tx, { at }) => endSessionRows(tx, [sessionId], at),
        result: () => userId,
      };
    },
  });
}

function requireBot(row: UserRow | null, now: Date): UserRow {
  const bot = requireExistingAccount(row);
  if (!bot.bot) throw new ChatError('CONFLICT', `${bot.handle} is not a bot. Only bots have keys; people sign in.`, { field: ['userId'] });
  if (isSuspended(bot, now))
    throw new ChatError('CONFLICT', `${bot.handle} is suspended. Restore the account first.`, { field: ['userId'] });
  return bot;
}
