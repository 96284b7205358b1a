import {
  type AuditEntry as AuditEntryShape,
  type AuditFilter,
  type AuditOutcome as AuditOutcomeShape,
  auditOutcomes,
} from '../../src/audit/index.ts';
import { forwardConnection } from '../connection.ts';
import { argumentId, decodeText, parseId } from '../ids.ts';
import { badArgument } from '../page.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

const meanings: Readonly<Record<AuditOutcomeShape, string>> = {
  DONE: 'It was done.',
  REFUSED: 'It was refused, and nothing was done.',
  FAILED: 'It failed. Whether it was done all the same is not known.',
  UNKNOWN: 'It is under way, or the node died with it, or could not store how it ended.',
};

const AuditOutcome = builder.enumType('AuditOutcome', {
  description: 'How an act ended.',
  values: Object.fromEntries(auditOutcomes.map((outcome) => [outcome, { description: meanings[outcome] }])) as Record<
    AuditOutcomeShape,
    { description: string }
  >,
});

const AuditEntry = builder.objectRef<AuditEntryShape>('AuditEntry').implement({
  description: 'What an admin, or somebody at the command line, did or tried to do. Nobody can change or remove one.',
  fields: (t) => ({
    id: t.id({ description: 'Its number. Later ones are higher.', resolve: ({ id }) => String(id) }),
    at: t.expose('at', { type: 'DateTime', description: 'When it began, by the database’s clock.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it ended; null: that is not known.' }),
    actor: t.field({
      type: User,
      nullable: true,
      description: 'The admin who did it, as they are by now; null: the command line.',
      resolve: ({ actorId }, _args, context) => (actorId === null ? null : userById(context, actorId)),
    }),
    actorName: t.exposeString('actorName', { description: 'The admin’s handle at that time, or the name of who ran the command.' }),
    origin: t.exposeString('origin', { description: 'The network address that it came from, or the machine of the command.' }),
    action: t.exposeString('action', { description: 'The name of the mutation or command.' }),
    arguments: t.exposeString('arguments', { description: 'What it was asked with, as JSON: secrets are withheld, and long texts cut.' }),
    target: t.exposeString('target', {
      nullable: true,
      description: 'What it was done to, as kind and key, such as `User:42`; null: no one thing.',
    }),
    targetUser: t.field({
      type: User,
      nullable: true,
      description: 'The same, where it is a user.',
      resolve({ target }, _args, context) {
        const [, id] = /^User:(\d{1,19})$/.exec(target ?? '') ?? [];
        return id === undefined ? null : userById(context, BigInt(id));
      },
    }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'What there was before, as JSON; null: there was nothing to compare.',
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: 'What there was after it, as JSON; null: there was nothing to compare.',
    }),
    outcome: t.expose('outcome', { type: AuditOutcome, description: 'How it ended.' }),
    code: t.exposeString('code', { nullable: true, description: 'Why it was refused or failed; null: it was not.' }),
  }),
});

const AuditConnection = connectionOf<AuditEntryShape>('Audit', {
  of: 'An act',
  list: 'acts',
  node: (t) => t.field({ type: AuditEntry, description: 'The act.', resolve: ({ node }) => node }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which acts: those that fit all that is given.',
  fields: (t) => ({
    actorId: t.id({ description: 'Of this admin.' }),
    commandLine: t.boolean({ description: 'True: of the command line only.' }),
    action: t.string({ description: 'Of this name.' }),
    target: t.string({ description: 'Done to this: a global id, or what `target` says.' }),
    from: t.field({ type: 'DateTime', description: 'Not before.' }),
    to: t.field({ type: 'DateTime', description: 'Before.' }),
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
    description: 'What admins did, or tried to do, the newest first. What only looks is not among it.',
    args: {
      filter: t.arg({ type: AuditFilterInput, description: 'Which acts; all by default.' }),
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from, towards older ones.' }),
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
