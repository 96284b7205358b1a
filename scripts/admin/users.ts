import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import { accountStates, deletedMessages } from '../../src/user/index.ts';
import { type Commands, counted, type Flags, found, jsonObject, listSize, moment, oneOf, table, UsageError } from './command.ts';

/** Commands for users and their accounts. */
export const usersCommands: Commands = {
  'users list': {
    words: [],
    looks: true,
    says: `lists users, newest first; [--search TEXT] [--state ${accountStates.join('|')}] [--first N]`,
    run: list,
  },
  'users show': {
    words: ['HANDLE'],
    looks: true,
    says: 'shows a user: state, sessions, counts',
    run: (operator, [handle = '']) => show(operator, handle),
  },
  'users create': {
    words: ['HANDLE'],
    says: 'creates an account; [--name NAME] [--subject SUBJECT at an identity provider] [--issuer ISSUER of it]',
    run: (operator, [handle = ''], flags, note) => create(operator, handle, { flags, note }),
  },
  'users update': {
    words: ['HANDLE'],
    says: 'changes the profile of a user; [--handle NEW] [--name NAME] [--avatar URL] [--bio TEXT] [--data JSON]; an empty value clears it',
    run: (operator, [handle = ''], flags, note) => update(operator, handle, { flags, note }),
  },
  'users suspend': {
    words: ['HANDLE'],
    says: 'suspends a user and signs them out; --reason WHY, which they are shown; [--until TIME]',
    run: (operator, [handle = ''], flags, note) => suspend(operator, handle, { flags, note }),
  },
  'users restore': {
    words: ['HANDLE'],
    says: 'ends a suspension',
    run: (operator, [handle = ''], _flags, note) => restore(operator, handle, note),
  },
  'users delete': {
    words: ['HANDLE'],
    says: `erases an account for good; --messages ${deletedMessages.join('|')}: what happens to their messages`,
    run: (operator, [handle = ''], flags, note) => erase(operator, handle, { flags, note }),
  },
  'users link': {
    words: ['HANDLE'],
    says: 'links an identity that the user can sign in with; --subject SUBJECT, [--issuer ISSUER]',
    run: (operator, [handle = ''], flags, note) => link(operator, handle, { flags, note }),
  },
  'users unlink': {
    words: ['HANDLE'],
    says: 'removes a linked identity; --subject SUBJECT, [--issuer ISSUER]',
    run: (operator, [handle = ''], flags, note) => unlink(operator, handle, { flags, note }),
  },
  'users reset-password': {
    words: ['HANDLE'],
    says: 'prints a new password for a user and signs them out',
    run: (operator, [handle = ''], _flags, note) => resetPassword(operator, handle, note),
  },
};

async function list({ administration }: Operator, _words: readonly string[], { search, state, first }: Flags): Promise<string> {
  const wanted = { search, state: state === undefined ? undefined : oneOf(accountStates, state) };
  const { items, hasNextPage } = await administration.list(wanted, { first: listSize(first) });
  if (items.length === 0) return 'No users.';
  const standings = await administration.standings(items.map(({ user }) => user.id));
  const rows = items.map(({ user }, place) => [
    ...[user.handle, standings[place]?.state ?? '', standings[place]?.role ?? '', user.createdAt.toISOString(), user.displayName],
  ]);
  return [table([['HANDLE', 'STATE', 'ROLE', 'SIGNED UP', 'NAME'], ...rows]), ...(hasNextPage ? ['… more with --first'] : [])].join('\n');
}

async function show(operator: Operator, handle: string): Promise<string> {
  const { administration } = operator;
  const user = await found(operator, handle);
  const [[standing = null], [sessions = []], [identities = []], [groups = 0], [contacts = 0]] = await Promise.all([
    administration.standings([user.id]),
    administration.sessions([user.id]),
    administration.identities([user.id]),
    administration.groupCounts([user.id]),
    administration.contactCounts([user.id]),
  ]);
  const { reason, until } = standing?.suspension ?? {};
  const why = reason === undefined ? '' : ` until ${until?.toISOString() ?? 'restored'}: ${reason}`;
  const devices = sessions.map(
    ({ deviceName, deviceKind, lastSeenAt }) => `\n  ${deviceName} (${deviceKind}), last used ${lastSeenAt.toISOString()}`,
  );
  return [
    `${user.handle} (${user.displayName}), ${standing?.role}${user.bot ? ', a bot' : ''}, signed up ${user.createdAt.toISOString()}`,
    `  ${standing?.state}${why}`,
    `  ${counted(groups, 'group')}, ${counted(contacts, 'contact')}, ${counted(sessions.length, 'session')}${devices.join('')}`,
    ...identities.map(({ issuer, subject }) => `  is ${subject} at ${issuer}`),
  ].join('\n');
}

async function create({ administration }: Operator, handle: string, { flags: { name, subject, issuer }, note }: Acting): Promise<string> {
  const user = await administration.createUser({ handle, displayName: name, subject, issuer });
  note({ target: `User:${user.id}` });
  return subject === undefined
    ? `${user.handle} has an account, but nobody can sign in to it yet. Use users link or users reset-password.`
    : `${user.handle} has an account, and signs in as ${subject}.`;
}

interface Acting {
  readonly flags: Flags;
  readonly note: Note;
}

async function update(operator: Operator, was: string, { flags: { handle, name, avatar, bio, data }, note }: Acting): Promise<string> {
  if ([handle, name, avatar, bio, data].every((said) => said === undefined))
    throw new UsageError('Nothing to change. Use --handle, --name, --avatar, --bio or --data.');
  const put = data === undefined ? undefined : data === '' ? null : jsonObject(data);
  const { id: userId } = await targeted(operator, was, note);
  const change = { handle, displayName: orNone(name), avatarUrl: orNone(avatar), bio: orNone(bio), data: put };
  const changed = await operator.administration.update(null, { userId, ...change });
  note(changed);
  const { after } = changed;
  return [
    after.handle,
    after.displayName,
    after.avatarUrl ?? '(no avatar)',
    after.bio ?? '(no bio)',
    after.data === null ? '(no data)' : JSON.stringify(after.data),
  ].join('\n  ');
}

function orNone(said: string | undefined): string | null | undefined {
  return said === '' ? null : said;
}

async function suspend(operator: Operator, handle: string, { flags: { reason, until }, note }: Acting): Promise<string> {
  if (reason === undefined) throw new UsageError('Give a reason with --reason. The user is shown it.');
  const user = await targeted(operator, handle, note);
  const how = { reason, until: until === undefined ? null : moment(until) };
  const { before, after, ended } = await operator.administration.suspend(null, { userId: user.id, ...how });
  note({ before, after });
  return `${user.handle} is suspended${until === undefined ? '' : ` until ${after?.until?.toISOString()}`}: ${counted(ended.length, 'session')} ended.`;
}

async function restore(operator: Operator, handle: string, note: Note): Promise<string> {
  const user = await targeted(operator, handle, note);
  const { before, after } = await operator.administration.restore({ userId: user.id });
  note({ before, after });
  return before === null ? `${user.handle} is not suspended.` : `${user.handle} may sign in again.`;
}

async function erase(operator: Operator, handle: string, { flags: { messages }, note }: Acting): Promise<string> {
  if (messages === undefined) throw new UsageError(`Choose what happens to their messages: --messages ${deletedMessages.join(' or ')}.`);
  const becomes = oneOf(deletedMessages, messages);
  const user = await targeted(operator, handle, note);
  const [before] = await operator.administration.standings([user.id]);
  await operator.administration.erase(null, { userId: user.id, messages: becomes });
  note({ before: { state: before?.state }, after: { state: 'ERASED' } });
  return `${user.handle} is erased. The rest follows as soon as a node runs.`;
}

async function link(operator: Operator, handle: string, { flags, note }: Acting): Promise<string> {
  const identity = identityOf(flags);
  const user = await targeted(operator, handle, note);
  const linked = await operator.administration.link(null, { userId: user.id, ...identity });
  note({ after: { linked } });
  return linked ? `${user.handle} can now sign in as ${identity.subject} too.` : `${user.handle} already signs in as ${identity.subject}.`;
}

async function unlink(operator: Operator, handle: string, { flags, note }: Acting): Promise<string> {
  const identity = identityOf(flags);
  const user = await targeted(operator, handle, note);
  const unlinked = await operator.administration.unlink(null, { userId: user.id, ...identity });
  note({ after: { unlinked } });
  return unlinked ? `${user.handle} no longer signs in as ${identity.subject}.` : `${user.handle} does not sign in as ${identity.subject}.`;
}

function identityOf({ subject, issuer }: Flags): { readonly subject: string; readonly issuer: string | undefined } {
  if (subject === undefined) throw new UsageError('Give their subject at the issuer with --subject.');
  return { subject, issuer };
}

async function resetPassword(operator: Operator, handle: string, note: Note): Promise<string> {
  const user = await targeted(operator, handle, note);
  const { password, ended } = await operator.administration.resetPassword(null, { userId: user.id });
  note({ after: { sessions: ended.length } });
  return `${user.handle} now signs in with ${password}. ${counted(ended.length, 'session')} ended.`;
}

async function targeted(operator: Operator, handle: string, note: Note) {
  const user = await found(operator, handle);
  note({ target: `User:${user.id}` });
  return user;
}
