import { maxId, parseId, parseWhole } from '../../schema/ids.ts';
import type { Note } from '../../src/audit/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { OverseenGroup } from '../../src/group/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, counted, type Flags, found, listSize, table, UsageError } from './command.ts';

/** Commands for groups and their members. */
export const groupsCommands: Commands = {
  'groups list': {
    looks: true,
    words: ['HANDLE'],
    says: 'lists the groups of a user, newest first; [--first N]',
    run: (operator, [handle = ''], flags) => list(operator, handle, flags),
  },
  'groups show': {
    looks: true,
    words: ['ID'],
    says: 'shows a group, also a dissolved one, with its members in the order they joined; [--first N]',
    run: (operator, [id = ''], flags) => show(operator, id, flags),
  },
  'groups owner': {
    words: ['ID', 'HANDLE'],
    says: 'makes a member the owner, and the previous owner an admin',
    run: (operator, [id = '', handle = ''], _flags, note) => setOwner(operator, { id, handle }, note),
  },
  'groups unlist': {
    words: ['ID'],
    says: 'removes a group from the directory',
    run: (operator, [id = ''], _flags, note) => unlist(operator, id, note),
  },
  'groups remove': {
    words: ['ID', 'HANDLE'],
    says: 'removes a member; [--ban] also bans them',
    run: (operator, [id = '', handle = ''], { ban = false }, note) => remove(operator, { id, handle, ban }, note),
  },
  'groups dissolve': {
    words: ['ID'],
    says: 'dissolves a group for good and removes all members',
    run: (operator, [id = ''], _flags, note) => dissolve(operator, id, note),
  },
};

interface Wanted {
  readonly id: string;
  readonly handle: string;
}

async function list(operator: Operator, handle: string, { first }: Flags): Promise<string> {
  const user = await found(operator, handle);
  const { items, hasNextPage } = await operator.groupAdministration.of(user.id, { first: listSize(first) });
  if (items.length === 0) return `${user.handle} is in no group.`;
  const owner = await namesOf(
    operator,
    items.map(({ group }) => group.ownerId),
  );
  const rows = items.map(({ group: { id, memberCount, ownerId, createdAt, name } }) => [
    ...[String(id), String(memberCount), owner(ownerId), createdAt.toISOString(), name],
  ]);
  return [table([['ID', 'MEMBERS', 'OWNER', 'MADE', 'NAME'], ...rows]), ...(hasNextPage ? ['… more with --first'] : [])].join('\n');
}

async function show(operator: Operator, id: string, { first }: Flags): Promise<string> {
  const group = await groupOf(operator, id);
  const { name, description, createdAt, memberCount, ownerId, dissolvedAt, listed } = group;
  const { items, hasNextPage } = await operator.groupAdministration.members(group, { first: listSize(first) });
  const who = await namesOf(operator, [ownerId, ...items.map(({ member }) => member.userId)]);
  const members = items.map(({ member: { userId, role, joinedAt, mutedUntil } }) => [
    ...[`  ${who(userId)}`, role, joinedAt.toISOString(), mutedUntil === null ? '' : `muted until ${mutedUntil.toISOString()}`],
  ]);
  return [
    `${name} (${group.id}), made ${createdAt.toISOString()}`,
    // Each line is marked, so a description cannot pass for output of this command.
    description === null ? '  (no description)' : description.replaceAll(/^/gm, '  | '),
    dissolvedAt === null
      ? `  ${counted(memberCount, 'member')}, owned by ${who(ownerId)}`
      : `  DISSOLVED ${dissolvedAt.toISOString()}, was owned by ${who(ownerId)}`,
    ...(listed ? ['  listed in the directory'] : []),
    ...(members.length === 0 ? [] : [table(members)]),
    ...(hasNextPage ? ['… more with --first'] : []),
  ].join('\n');
}

async function setOwner(operator: Operator, { id, handle }: Wanted, note: Note): Promise<string> {
  const group = await targeted(operator, id, note);
  const user = await found(operator, handle);
  const { before, after } = await operator.groupAdministration.setOwner({ groupId: group.id, userId: user.id });
  note({ before, after });
  return before.ownerId === after.ownerId ? `${user.handle} already owns ${group.name}.` : `${user.handle} now owns ${group.name}.`;
}

async function unlist(operator: Operator, id: string, note: Note): Promise<string> {
  const group = await targeted(operator, id, note);
  const { before, after } = await operator.groupAdministration.unlist({ groupId: group.id });
  note({ before, after });
  return before.listed ? `${group.name} is no longer listed.` : `${group.name} is not listed.`;
}

async function remove(operator: Operator, { id, handle, ban }: Wanted & { readonly ban: boolean }, note: Note): Promise<string> {
  const group = await targeted(operator, id, note);
  const user = await found(operator, handle);
  const { before, after } = await operator.groupAdministration.remove({ groupId: group.id, userId: user.id, ban });
  note({ before, after });
  if (before?.state === after?.state) return `${user.handle} is not in ${group.name}.`;
  if (after?.state === 'DISSOLVED') return `${user.handle} was the last member of ${group.name}. The group is dissolved.`;
  return `${user.handle} is no longer in ${group.name}${ban ? ' and is banned from it' : ''}.`;
}

async function dissolve(operator: Operator, id: string, note: Note): Promise<string> {
  const group = await targeted(operator, id, note);
  const { before, after } = await operator.groupAdministration.dissolve({ groupId: group.id });
  note({ before, after });
  return before.dissolvedAt === null
    ? `${group.name} is dissolved: ${counted(before.memberCount, 'member')} removed. They are told as soon as a node runs.`
    : `${group.name} is already dissolved.`;
}

async function targeted(operator: Operator, id: string, note: Note): Promise<OverseenGroup> {
  const group = await groupOf(operator, id);
  note({ target: `Conversation:${group.id}` });
  return group;
}

/**
 * Returns the group with an id: the number in the database, as `moderation show` prints it, or the global id. Throws UsageError, NOT_FOUND.
 */
async function groupOf({ groupAdministration }: Operator, text: string): Promise<OverseenGroup> {
  const parsed = parseId(text);
  const id = parsed?.type === 'Conversation' ? parsed.key : parseWhole(text, maxId);
  if (id === null) throw new UsageError(`${text} is not the id of a group.`);
  const [group = null] = await groupAdministration.byIds([id]);
  if (group === null) throw new ChatError('NOT_FOUND', `Group ${text} not found.`);
  return group;
}

/** Reads users, and returns a function that gives the handle of each. */
async function namesOf({ accounts }: Operator, ids: readonly (bigint | null)[]): Promise<(id: bigint | null) => string> {
  const known = [...new Set(ids)].filter((id) => id !== null);
  const users = await Promise.all(known.map((id) => accounts.byId(id)));
  const names = new Map(users.map((user, place) => [known[place], user === null || user.erased ? '(deleted)' : user.handle]));
  return (id) => (id === null ? 'nobody' : (names.get(id) ?? '(deleted)'));
}
