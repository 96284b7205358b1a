import { ChatError } from '../errors.ts';
import { roleOf } from './role.ts';
import type { SessionParts } from './session.ts';
import { readUserRows } from './store.ts';
import type { Access, Users } from './user.ts';

/**
 * Returns the access of an admin's access token or key. The token must have been signed for an admin, and the user must still be one. The
 * refusal is the same whatever is missing. Throws the errors that Users.authenticateAdmin names.
 */
export async function authenticateAdmin(
  { db, config }: Pick<SessionParts, 'db' | 'config'>,
  authenticate: Users['authenticate'],
  accessToken: string,
): Promise<Access> {
  const access = await authenticate(accessToken);
  const forbidden = new ChatError(
    'FORBIDDEN',
    'Only admins can use this. If you have just become one, refresh the access token first; a bot keeps its key.',
  );
  if (access.role !== 'ADMIN' && !access.bot) throw forbidden;
  // Read each time: a user who is no longer an admin is refused from that moment on, whatever their token says.
  const [user] = await readUserRows(db.client, [access.userId]);
  if (!user || roleOf(user, config) !== 'ADMIN') throw forbidden;
  return access;
}
