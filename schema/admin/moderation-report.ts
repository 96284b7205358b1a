import type { FoundWord as FoundWordShape, Report } from '../../src/queue/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { ModerationItem, ReportReason } from './moderation-item.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

const FoundWord = builder.objectRef<FoundWordShape>('FoundWord').implement({
  description: 'A blocked word that was found.',
  fields: (t) => ({
    list: t.exposeString('list', { description: 'The list that has it.' }),
    word: t.exposeString('word', { description: 'As the list has it.' }),
  }),
});

const ModerationReport = builder.objectRef<Report>('ModerationReport').implement({
  description: 'What one user says of an item, or the lists of blocked words.',
  fields: (t) => ({
    reporter: t.field({
      type: User,
      nullable: true,
      description: 'Who reports it; null: the lists.',
      resolve: ({ reporterId }, _args, context) => (reporterId === null ? null : userById(context, reporterId)),
    }),
    reason: t.expose('reason', { type: ReportReason, description: 'Why.' }),
    note: t.exposeString('note', { nullable: true, description: 'What else they say; it goes with their account.' }),
    textThen: t.string({
      nullable: true,
      description: 'What it said then; null: nothing is left of that.',
      resolve: ({ text }) => text,
    }),
    words: t.field({ type: [FoundWord], description: 'The words that were found, at most 20.', resolve: ({ words }) => words }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const ModerationReportConnection = connectionOf<Report>('ModerationReport', {
  of: 'A report',
  list: 'what is said of an item',
  node: (t) => t.field({ type: ModerationReport, description: 'The report.', resolve: ({ node }) => node }),
});

builder.objectField(ModerationItem, 'reports', (t) =>
  t.field({
    type: ModerationReportConnection,
    description: 'What is said of it, the newest first: by each user once.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from, towards older ones.' }),
    },
    resolve: (item, args, { chat }) =>
      forwardConnection(args, { order: 'moderationReport', read: (page) => chat.moderation.reports(item, page), node: (one) => one.item }),
  }),
);
