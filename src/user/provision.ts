import { isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Administration } from './administration.ts';
import { requireUserData } from './data.ts';
import { HandleHeld, handleTaken, isReserved } from './handle-hold.ts';
import { identityTaken, requireIdentity } from './identity-link.ts';
import { findIdentity } from './identity-store.ts';
import { insertAccount } from './newcomer.ts';
import type { AdministrationParts } from './parts.ts';
import { noPassword } from './password.ts';
import { requireCalled } from './shape.ts';
import type { User } from './user.ts';

type Parts = Pick<AdministrationParts, 'db' | 'log' | 'config'>;

// No user has this id.
const nobody = 0n;

/**
 * Creates an account without a session, for somebody or, with `bot`, for a program. Throws the errors that Administration.createUser names.
 */
export async function provision(
  parts: Parts,
  { bot, subject = null, issuer = null, ...called }: Parameters<Administration['createUser']>[0] & { readonly bot: boolean },
): Promise<User> {
  const { db, log, config } = parts;
  const user = { ...requireCalled(called), bot, data: requireUserData(called.data) };
  if (subject === null && issuer !== null) {
    throw new ChatError('INVALID_INPUT', 'issuer needs a subject. Provide both.', { field: ['subject'] });
  }
  const identity = subject === null ? null : requireIdentity(parts, { subject, issuer });
  const isTaken = async () => identity !== null && (await findIdentity(db.client, identity)) !== null;
  if (await isTaken()) throw identityTaken();
  if (await isReserved(db.client, config, { handle: user.handle, userId: nobody, at: await db.now() })) throw handleTaken();
  try {
    return await log.append<User>({
      lock: [],
      decide: async () => ({
        create: [{ kind: 'ACCOUNT' }],
        // This entry tells apps of the new user.
        entries: ([id = nobody]) => [{ stream: id, actorId: null, entry: { type: 'ProfileChanged', data: {} } }],
        write: (tx, { created: [id = nobody], at }) => insertAccount(tx, { ...user, id, at, passwordHash: noPassword, identity, said: [] }),
        result: ({ created: [id = nobody], at: createdAt }) => ({ ...user, id, createdAt, erased: false }),
      }),
    });
  } catch (error) {
    if (error instanceof HandleHeld) throw handleTaken();
    if (!isDuplicate(error)) throw error;
    // The database does not tell which of the two was taken.
    throw (await isTaken()) ? identityTaken() : handleTaken();
  }
}
