import type { Note } from '../../src/audit/index.ts';
import type { Operator } from '../../src/open.ts';
import type { UserRole } from '../../src/user/index.ts';
import { type Commands, counted, type Flags, found, table } from './command.ts';
import { overseen } from './nodes.ts';

/** Commands for admins and for connections. */
export const peopleCommands: Commands = {
  grant: {
    words: ['HANDLE'],
    says: 'makes a user an admin, from their next access token on',
    run: (operator, [handle = ''], _flags, note) => give(operator, { handle, role: 'ADMIN' }, note),
  },
  revoke: {
    words: ['HANDLE'],
    says: 'revokes that at once',
    run: (operator, [handle = ''], _flags, note) => give(operator, { handle, role: 'USER' }, note),
  },
  connections: {
    looks: true,
    words: ['HANDLE'],
    says: 'lists the connections of a user on all nodes',
    run: (operator, [handle = '']) => connections(operator, handle),
  },
  disconnect: {
    words: ['HANDLE'],
    says: 'closes all connections of a user; [--end-sessions] also signs them out on all devices',
    run: (operator, [handle = ''], flags, note) => disconnect(operator, handle, { flags, note }),
  },
};

async function give(
  { roles }: Operator,
  { handle, role }: { readonly handle: string; readonly role: UserRole },
  note: Note,
): Promise<string> {
  const { user, changed } = await roles.give({ handle, role });
  const other = role === 'ADMIN' ? 'USER' : 'ADMIN';
  note({ target: `User:${user.id}`, before: { role: changed ? other : role }, after: { role } });
  if (role === 'ADMIN') return `${user.handle} is ${changed ? 'now' : 'already'} an admin.`;
  return `${user.handle} is ${changed ? 'no longer' : 'not'} an admin.`;
}

async function connections(operator: Operator, handle: string): Promise<string> {
  const oversight = overseen(operator);
  const { id, handle: name } = await found(operator, handle);
  const open = await oversight.connections(id);
  if (open.length === 0) return `${name} is not connected.`;
  const rows = open.map(({ deviceName, deviceKind, node, since, idle, sessionId }) => [
    ...[deviceName ?? '(signed out)', deviceKind, node?.name ?? '(gone)', since.toISOString(), idle ? 'idle' : 'active', sessionId],
  ]);
  return table([['DEVICE', 'KIND', 'NODE', 'SINCE', '', 'SESSION'], ...rows]);
}

async function disconnect(
  operator: Operator,
  handle: string,
  { flags, note }: { readonly flags: Flags; readonly note: Note },
): Promise<string> {
  const endSessions = flags['end-sessions'] ?? false;
  // Ended sessions are in the database, where nodes find them even if this command cannot reach them.
  const oversight = endSessions ? operator.oversight : overseen(operator);
  const { id, handle: name } = await found(operator, handle);
  note({ target: `User:${id}` });
  if (oversight === null) {
    const ended = await operator.accounts.endSessions(id);
    note({ after: { sessions: ended.length } });
    return `${name}: ${counted(ended.length, 'session')} ended. Open connections are closed within HEAD_CHECK_MS.`;
  }
  const { connections: closed, sessions } = await oversight.disconnect(null, { userId: id, endSessions });
  note({ after: { connections: closed, sessions } });
  const told = closed === null ? 'an unknown number of connections' : counted(closed, 'connection');
  return `${name}: ${told} told to close${endSessions ? `, ${counted(sessions, 'session')} ended` : ''}.`;
}
