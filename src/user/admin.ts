import { ChatError } from '../errors.ts';
import { roleOf } from './role.ts';
import type { SessionParts } from './session.ts';
import { readUserRows } from './store.ts';
import type { Access, Users } from './user.ts';

/**
 * Whose access token or key it is, if it is an admin's: the token was signed for one, and the user still is one. One answer for all others, whatever
 * is missing. Throws as Users.authenticateAdmin says.
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
  // Asked each time: whoever is no admin any more is none from this moment on, whatever their token says.
  const [user] = await readUserRows(db.client, [access.userId]);
  if (!user || roleOf(user, config) !== 'ADMIN') throw forbidden;
  return access;
}
