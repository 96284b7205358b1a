import { countContacts, countGroups } from '../db/index.ts';
import { isIdentityName } from '../identity/index.ts';
import type { AccountStatus, Administration } from './administration.ts';
import { createBotKey, revokeBotKey } from './bot-keys.ts';
import { eraseOther } from './erase.ts';
import { linkIdentity, unlinkIdentity } from './identity-link.ts';
import { findIdentity, readIdentities } from './identity-store.ts';
import { updateOther } from './other-profile.ts';
import type { AdministrationParts } from './parts.ts';
import { createPasswords } from './password.ts';
import { resetPassword } from './password-reset.ts';
import { provision } from './provision.ts';
import { roleOf } from './role.ts';
import { listOpenSessions } from './sessions.ts';
import { readUserRows, readUsers } from './store.ts';
import { isSuspended, readSuspensions, restoreUser, suspendUser } from './suspension.ts';
import { listBots, listUsers } from './user-list.ts';

/** Creates what operators see of users and do to them. Needs only a database and a log. */
export function createAdministration(parts: AdministrationParts): Administration {
  const { db, config } = parts;
  const passwords = createPasswords(parts.passwordCost);

  async function standings(userIds: readonly bigint[]): Promise<readonly (AccountStatus | null)[]> {
    const [now, rows, suspensions] = await Promise.all([db.now(), readUserRows(db.client, userIds), readSuspensions(db.client, userIds)]);
    return rows.map((row, place) => {
      if (row === null) return null;
      const role = roleOf(row, config);
      if (row.state !== 'ACTIVE') return { state: 'ERASED', suspension: null, role };
      return isSuspended(row, now)
        ? { state: 'SUSPENDED', suspension: suspensions[place] ?? null, role }
        : { state: 'ACTIVE', suspension: null, role };
    });
  }

  return {
    list: (query, page) => listUsers(db, query, page),
    bots: (page) => listBots(db, page),
    createUser: (options) => provision(parts, { ...options, bot: false }),
    update: (actorId, { userId, ...options }) => updateOther(parts, { actorId, userId }, options),
    createBot: (options) => provision(parts, { ...options, bot: true }),
    createBotKey: (actorId, options) => createBotKey(parts, actorId, options),
    revokeBotKey: (options) => revokeBotKey(parts, options),
    standings,
    sessions: (userIds) => listOpenSessions({ db }, userIds),
    identities: (userIds) => readIdentities(db.client, userIds),
    async byIdentity({ subject, issuer: named }) {
      const issuer = named ?? config.identityIssuer;
      // With texts that are not valid names, the database would find other users, or fail.
      if (![subject, issuer].every(isIdentityName)) return null;
      const userId = await findIdentity(db.client, { subject, issuer });
      const [user = null] = userId === null ? [] : await readUsers(db.client, [userId]);
      return user;
    },
    link: (actorId, options) => linkIdentity(parts, actorId, options),
    unlink: (actorId, options) => unlinkIdentity(parts, actorId, options),
    groupCounts: (userIds) => countGroups(db.client, userIds),
    contactCounts: (userIds) => countContacts(db.client, userIds),
    suspend: (actorId, { userId, ...how }) => suspendUser(parts, { actorId, userId }, how),
    restore: ({ userId }) => restoreUser(parts, userId),
    erase: (actorId, { userId, messages }) => eraseOther(parts, { actorId, userId }, messages),
    resetPassword: (actorId, { userId }) => resetPassword({ ...parts, passwords }, { actorId, userId }),
  };
}
