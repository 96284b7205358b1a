import DataLoader from 'dataloader';
import {
  type AccountState,
  accountStates,
  type LinkedIdentity,
  type Session as SessionShape,
  type Standing,
  type Suspension as SuspensionShape,
} from '../../src/user/index.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { DeviceKind } from './open-connection.ts';
import { User, userById } from './user.ts';

// What operators are shown of users beside what everybody is. For a page of them it is read together.

interface Loaders {
  readonly standing: DataLoader<bigint, Standing | null>;
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

// Nothing is kept: a mutation's payload is read after its act, and those of one request follow each other.
function many<V>(read: (ids: readonly bigint[]) => Promise<readonly V[]>): DataLoader<bigint, V> {
  return new DataLoader<bigint, V>(read, { cache: false });
}

async function standingOf(context: AdminContext, userId: bigint): Promise<Standing> {
  const standing = await loadersOf(context).standing.load(userId);
  if (standing === null) throw new Error('a user without a row');
  return standing;
}

const meanings: Readonly<Record<AccountState, string>> = {
  ACTIVE: 'They may sign in.',
  SUSPENDED: 'They may not, for a time or until they are restored.',
  ERASED: 'There is nothing left of it.',
};

/** How an account stands. */
export const UserState = builder.enumType('UserState', {
  description: 'How an account stands.',
  values: Object.fromEntries(accountStates.map((state) => [state, { description: meanings[state] }])) as Record<
    AccountState,
    { description: string }
  >,
});

const UserRole = builder.enumType('UserRole', {
  description: 'What somebody may do beside what everybody may.',
  values: { USER: { description: 'Nothing.' }, ADMIN: { description: 'Use the operators’ schema.' } } satisfies Record<
    Standing['role'],
    unknown
  >,
});

/** Why somebody may not sign in. */
export const Suspension = builder.objectRef<SuspensionShape>('Suspension').implement({
  description: 'Why somebody may not sign in.',
  fields: (t) => ({
    reason: t.exposeString('reason', { description: 'They are told it when they try.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it began.' }),
    until: t.expose('until', { type: 'DateTime', nullable: true, description: 'When it ends by itself; null: never.' }),
    by: t.field({
      type: User,
      nullable: true,
      description: 'Who decided on it last; null: the command line.',
      resolve: ({ byId }, _args, context) => (byId === null ? null : userById(context, byId)),
    }),
  }),
});

/** Where somebody is signed in. */
export const Session = builder.objectRef<SessionShape>('Session').implement({
  description: 'A device on which somebody is signed in; of a bot: a key.',
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same as in the public schema.', resolve: ({ id }) => formatId('Session', id) }),
    deviceName: t.exposeString('deviceName', { description: 'What it, or the key, is called.' }),
    deviceKind: t.expose('deviceKind', { type: DeviceKind, description: 'What it is.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they signed in, or the key was made.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was last used, to the minute.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends, unless it is refreshed before, as keys are not; null: not by itself.',
    }),
  }),
});

const Identity = builder.objectRef<LinkedIdentity>('Identity').implement({
  description: 'An account elsewhere, by which somebody signs in.',
  fields: (t) => ({
    issuer: t.exposeString('issuer', { description: 'Whose it is: `iss` of its tokens.' }),
    subject: t.exposeString('subject', { description: 'Who they are there: `sub` of its tokens.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they first signed in by it.' }),
  }),
});

builder.objectFields(User, (t) => ({
  createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they signed up.' }),
  state: t.field({
    type: UserState,
    description: 'How the account stands.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).state,
  }),
  suspension: t.field({
    type: Suspension,
    nullable: true,
    description: 'Why they may not sign in; null: they may, or there is nothing left of the account.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).suspension,
  }),
  role: t.field({
    type: UserRole,
    description: 'What they may do beside what everybody may.',
    resolve: async ({ id }, _args, context) => (await standingOf(context, id)).role,
  }),
  sessions: t.field({
    type: [Session],
    description: 'Where they are signed in, of a bot its keys: newest first, at most 50.',
    resolve: async ({ id }, _args, context) => [...(await loadersOf(context).sessions.load(id))],
  }),
  identities: t.field({
    type: [Identity],
    description: 'The accounts elsewhere by which they sign in.',
    resolve: async ({ id }, _args, context) => [...(await loadersOf(context).identities.load(id))],
  }),
  groupCount: t.int({
    description: 'How many groups they are in.',
    resolve: ({ id }, _args, context) => loadersOf(context).groups.load(id),
  }),
  contactCount: t.int({
    description: 'How many contacts they have.',
    resolve: ({ id }, _args, context) => loadersOf(context).contacts.load(id),
  }),
}));
