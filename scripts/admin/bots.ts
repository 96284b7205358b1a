import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, type Flags, found, listSize, number, table, UsageError } from './command.ts';

/** Commands for bots and their keys. */
export const botsCommands: Commands = {
  'bots list': { words: [], looks: true, says: 'lists bots, newest first; [--first N]', run: list },
  'bots create': {
    words: ['HANDLE'],
    says: 'creates a bot; [--name NAME]',
    run: (operator, [handle = ''], flags, note) => create(operator, handle, { flags, note }),
  },
  'bots keys': {
    words: ['HANDLE'],
    looks: true,
    says: 'lists the keys of a bot and when each was last used',
    run: (operator, [handle = '']) => keys(operator, handle),
  },
  'bots key': {
    words: ['HANDLE'],
    says: 'creates a key for a bot and prints it; --name WHERE it is used, [--days N] until it expires',
    run: (operator, [handle = ''], flags, note) => key(operator, handle, { flags, note }),
  },
  'bots revoke': {
    words: ['KEY'],
    says: 'revokes a key at once; KEY is its id from `bots keys`, or the key itself',
    run: (operator, [named = ''], _flags, note) => revoke(operator, named, note),
  },
};

interface Acting {
  readonly flags: Flags;
  readonly note: Note;
}

async function list({ administration }: Operator, _words: readonly string[], { first }: Flags): Promise<string> {
  const { items, hasNextPage } = await administration.bots({ first: listSize(first) });
  if (items.length === 0) return 'No bots.';
  const ids = items.map(({ user }) => user.id);
  const [standings, sessions] = await Promise.all([administration.standings(ids), administration.sessions(ids)]);
  const rows = items.map(({ user }, place) => [
    ...[user.handle, standings[place]?.state ?? '', standings[place]?.role ?? '', String(sessions[place]?.length ?? 0), user.displayName],
  ]);
  return [table([['HANDLE', 'STATE', 'ROLE', 'KEYS', 'NAME'], ...rows]), ...(hasNextPage ? ['… more with --first'] : [])].join('\n');
}

async function create({ administration }: Operator, handle: string, { flags: { name }, note }: Acting): Promise<string> {
  const bot = await administration.createBot({ handle, displayName: name });
  note({ target: `User:${bot.id}` });
  return `${bot.handle} is a bot. Create a key for it: bots key ${bot.handle} --name WHERE`;
}

async function keys(operator: Operator, handle: string): Promise<string> {
  const bot = await found(operator, handle);
  const [sessions = []] = bot.bot ? await operator.administration.sessions([bot.id]) : [];
  if (sessions.length === 0) return `${bot.handle} has no keys.`;
  const rows = sessions.map(({ id, deviceName, createdAt, lastSeenAt, expiresAt }) => [
    ...[id, createdAt.toISOString(), lastSeenAt.toISOString(), expiresAt?.toISOString() ?? 'when revoked', deviceName],
  ]);
  return table([['KEY', 'MADE', 'LAST USED', 'ENDS', 'NAME'], ...rows]);
}

async function key(operator: Operator, handle: string, { flags: { name, days }, note }: Acting): Promise<string> {
  if (name === undefined) throw new UsageError('Name the key with --name, for example after where it is used.');
  const { id: userId } = await found(operator, handle);
  note({ target: `User:${userId}` });
  const made = await operator.administration.createBotKey(null, {
    userId,
    name,
    days: days === undefined ? null : number('--days', days, 1),
  });
  note({ after: { session: made.session.id, expiresAt: made.session.expiresAt } });
  return made.key;
}

async function revoke({ administration, accounts }: Operator, key: string, note: Note): Promise<string> {
  const userId = await administration.revokeBotKey({ key });
  note({ target: `User:${userId}` });
  const bot = await accounts.byId(userId);
  return `This key of ${bot?.handle} has been revoked.`;
}
