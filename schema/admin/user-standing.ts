import DataLoader from 'dataloader';
import type {
  AccountState,
  AccountStatus,
  LinkedIdentity,
  Session as SessionShape,
  Suspension as SuspensionShape,
} from '../../src/user/index.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { DeviceKind } from './open-connection.ts';
import { User, userById } from './user.ts';

// What only operators see of users. Read for a whole page of users together.

interface Loaders {
  readonly standing: DataLoader<bigint, AccountStatus | null>;
  readonly sessions: DataLoader<bigint, readonly SessionShape[]>;
  readonly identities: DataLoader<bigint, readonly LinkedIdentity[]>;
  readonly groups: DataLoader<bigint, number>;
  readonly contacts: DataLoader<bigint, number>;
}

const loaders = new WeakMap<AdminContext, Loaders>();

function loadersOf(context: AdminContext): Loaders {
  const known = loaders.get(context);
  if (known !== undefined) return known;
  const { administration } = context.chat;
  const made: Loaders = {
    standing: many((ids) => administration.standings(ids)),
    sessions: many((ids) => administration.sessions(ids)),
    identities: many((ids) => administration.identities(ids)),
    groups: many((ids) => administration.groupCounts(ids)),
    contacts: many((ids) => administration.contactCounts(ids)),
  };
  loaders.set(context, made);
  return made;
}

// Nothing is cached: the payload of a mutation is read after it, and the mutations of one request run one after the other.
function many<V>(read: (ids: readonly bigint[]) => Promise<readonly V[]>): DataLoader<bigint, V> {
  return new DataLoader<bigint, V>(read, { cache: false });
}

async function standingOf(context: AdminContext, userId: bigint): Promise<AccountStatus> {
  const standing = await loadersOf(context).standing.load(userId);
  if (standing === null) throw new Error('a user without a row');
  return standing;
}

/** The state of an account. */
export const UserState = builder.enumType('UserState', {
  description: 'The state of a user’s account.',
  values: {
    ACTIVE: { description: 'The user can sign in.' },
    SUSPENDED: { description: 'The user cannot sign in, either until a given time or until they are restored.' },
    ERASED: { description: 'The account was erased. Nothing is left of it.' },
  } satisfies Record<AccountState, unknown>,
});

const UserRole = builder.enumType('UserRole', {
  description: 'The role of a user in the system.',
  values: {
    USER: { description: 'A user without additional rights.' },
    ADMIN: { description: 'An admin, who can use the operators’ schema.' },
  } satisfies Record<AccountStatus['role'], unknown>,
});

/** Why a user may not sign in. */
export const Suspension = builder.objectRef<SuspensionShape>('Suspension').implement({
  description: 'The suspension of a user, who cannot sign in.',
  fields: (t) => ({
    reason: t.exposeString('reason', { description: 'The reason, which the user is told when they try to sign in.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When the suspension began.' }),
    until: t.expose('until', { type: 'DateTime', nullable: true, description: 'When the suspension ends, or null if it has no end.' }),
    by: t.field({
      type: User,
      nullable: true,
      description: 'The admin who last decided on the suspension, or null if it was done on the command line.',
      resolve: ({ byId }, _args, context) => (byId === null ? null : userById(context, byId)),
    }),
  }),
});

/** A session of a user. */
export const Session = builder.objectRef<SessionShape>('Session').implement({
  description: 'A session: a device on which a user is signed in, or a key of a bot.',
  fields: (t) => ({
    id: t.id({
      description: 'The global ID of the session, the same as in the public schema.',
      resolve: ({ id }) => formatId('Session', id),
    }),
    deviceName: t.exposeString('deviceName', { description: 'The name of the device or key.' }),
    deviceKind: t.expose('deviceKind', { type: DeviceKind, description: 'The kind of the device.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user signed in, or the key was created.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When the session was last used, to the minute.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the session ends unless it is refreshed before, which keys cannot be. Null if it does not end by itself.',
    }),
  }),
});

const Identity = builder.objectRef<LinkedIdentity>('Identity').implement({
  description: 'An identity at an identity provider, with which a user signs in.',
  fields: (t) => ({
    issuer: t.exposeString('issuer', { description: 'The issuer of the identity: the `iss` claim of its tokens.' }),
    subject: t.exposeString('subject', { description: 'The subject of the identity: the `sub` claim of its tokens.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the user first signed in with the identity, or it was linked.',
    }),
  }),
});

builder.objectFields(User, (t) => ({
  createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user signed up.' }),
  state: t.field({
    type: UserState,
    description: 'The state of the account.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).state,
  }),
  suspension: t.field({
    type: Suspension,
    nullable: true,
    description: 'The suspension of the user, or null if they are not suspended or the account was erased.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).suspension,
  }),
  role: t.field({
    type: UserRole,
    description: 'The role of the user in the system.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).role,
  }),
  sessions: t.field({
    type: [Session],
    description: 'The sessions of the user, or the keys of a bot, newest first. There are at most 50.',
    resolve: async ({ id }, _args, context) => [...(await loadersOf(context).sessions.load(id))],
  }),
  identities: t.field({
    type: [Identity],
    description: 'The identities with which the user signs in.',
    resolve: async ({ id }, _args, context) => [...(await loadersOf(context).identities.load(id))],
  }),
  groupCount: t.int({
    description: 'The number of groups of which the user is a member.',
    resolve: ({ id }, _args, context) => loadersOf(context).groups.load(id),
  }),
  contactCount: t.int({
    description: 'The number of contacts of the user.',
    resolve: ({ id }, _args, context) => loadersOf(context).contacts.load(id),
  }),
}));
