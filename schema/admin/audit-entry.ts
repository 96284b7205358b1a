import type { AuditEntry as AuditEntryShape, AuditFilter, AuditOutcome as AuditOutcomeShape } from '../../src/audit/index.ts';
import { forwardConnection } from '../connection.ts';
import { argumentId, decodeText, parseId } from '../ids.ts';
import { badArgument } from '../page.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

const AuditOutcome = builder.enumType('AuditOutcome', {
  description: 'The outcome of an operation in the audit log.',
  values: {
    DONE: { description: 'The operation succeeded.' },
    REFUSED: { description: 'The operation was refused. Nothing was changed.' },
    FAILED: { description: 'The operation failed. It is not known whether it took effect.' },
    UNKNOWN: { description: 'The operation is still running, its node stopped during it, or its outcome could not be stored.' },
  } satisfies Record<AuditOutcomeShape, unknown>,
});

const AuditEntry = builder.objectRef<AuditEntryShape>('AuditEntry').implement({
  description:
    'An entry in the audit log: an operation that was performed or attempted by an admin or on the command line. Entries cannot be changed or removed; only those older than AUDIT_DAYS are deleted.',
  fields: (t) => ({
    id: t.id({ description: 'The number of the entry. Later entries have higher numbers.', resolve: ({ id }) => String(id) }),
    at: t.expose('at', { type: 'DateTime', description: 'When the operation began, by the database’s clock.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the operation ended, or null if that is not known.',
    }),
    actor: t.field({
      type: User,
      nullable: true,
      description: 'The admin who performed the operation, as they are now, or null if it was performed on the command line.',
      resolve: ({ actorId }, _args, context) => (actorId === null ? null : userById(context, actorId)),
    }),
    actorName: t.exposeString('actorName', {
      description: 'The admin’s handle at that time, or the name of the person who ran the command.',
    }),
    origin: t.exposeString('origin', { description: 'The network address of the request, or the machine on which the command was run.' }),
    action: t.exposeString('action', { description: 'The name of the mutation or command.' }),
    arguments: t.exposeString('arguments', {
      description: 'The arguments of the operation, as JSON. Secrets are withheld, and long texts are shortened.',
    }),
    target: t.exposeString('target', {
      nullable: true,
      description: 'What the operation was applied to, as type and key, such as `User:42`, or null if there is no single target.',
    }),
    targetUser: t.field({
      type: User,
      nullable: true,
      description: 'The user whom the operation was applied to, or null if the target is not a user.',
      resolve({ target }, _args, context) {
        const [, id] = /^User:(\d{1,19})$/.exec(target ?? '') ?? [];
        return id === undefined ? null : userById(context, BigInt(id));
      },
    }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'The state before the operation, as JSON, or null if there was nothing to compare.',
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: 'The state after the operation, as JSON, or null if there was nothing to compare.',
    }),
    outcome: t.expose('outcome', { type: AuditOutcome, description: 'The outcome of the operation.' }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'The code of the error, or null if the operation was neither refused nor failed.',
    }),
  }),
});

const AuditConnection = connectionOf<AuditEntryShape>('Audit', {
  of: 'An entry',
  list: 'the audit log',
  node: (t) => t.field({ type: AuditEntry, description: 'The audit entry.', resolve: ({ node }) => node }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Filters the audit log. Entries must match all fields that are given.',
  fields: (t) => ({
    actorId: t.id({ description: 'Only operations of this admin. It takes the global ID of the user.' }),
    commandLine: t.boolean({ description: 'If true, only operations on the command line. It cannot be combined with `actorId`.' }),
    action: t.string({ description: 'Only operations with this name.' }),
    target: t.string({ description: 'Only operations with this target: a global ID, or text as in `AuditEntry.target`.' }),
    from: t.field({ type: 'DateTime', description: 'Only operations that began at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only operations that began before this time.' }),
  }),
});

function filterOf({ actorId, commandLine, action, target, from, to }: typeof AuditFilterInput.$inferInput): AuditFilter {
  if (actorId && commandLine) throw badArgument('filter.commandLine', 'and actorId cannot be combined.');
  return {
    actor: actorId ? argumentId('User', actorId, 'filter', 'actorId') : commandLine ? 'COMMAND_LINE' : undefined,
    action: action ?? undefined,
    target: target ? (parseId(target) === null ? target : (decodeText(target) ?? target)) : undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditConnection,
    description:
      'The audit log, newest first: what admins and the command line did or attempted. Operations that only read are not recorded.',
    args: {
      filter: t.arg({ type: AuditFilterInput, description: 'Which entries to return. Defaults to all entries.' }),
      ...forwardArgs('Returns the items after this cursor, which are older.'),
    },
    resolve(_root, { filter, ...args }, { chat }) {
      const wanted = filterOf(filter ?? {});
      return forwardConnection(args, {
        order: 'audit',
        async read({ first, after }) {
          const [ms = '', id = ''] = after?.split(':') ?? [];
          const place = after === undefined ? undefined : { at: new Date(Number(ms)), id: BigInt(id) };
          const { items, hasNextPage } = await chat.audit.list(wanted, { first, after: place });
          return { items: items.map((entry) => ({ entry, key: `${entry.at.getTime()}:${entry.id}` })), hasNextPage };
        },
        node: ({ entry }) => entry,
      });
    },
  }),
);
