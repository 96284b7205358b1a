import type { FoundWord as FoundWordShape, Report } from '../../src/queue/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { ModerationItem, ReportReason } from './moderation-item.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

const FoundWord = builder.objectRef<FoundWordShape>('FoundWord').implement({
  description: 'A blocked word that was found in a text.',
  fields: (t) => ({
    list: t.exposeString('list', { description: 'The name of the list that contains the word.' }),
    word: t.exposeString('word', { description: 'The word as it is in the list.' }),
  }),
});

const ModerationReport = builder.objectRef<Report>('ModerationReport').implement({
  description: 'A report on an item, by one user or by the lists of blocked words.',
  fields: (t) => ({
    reporter: t.field({
      type: User,
      nullable: true,
      description: 'The user who made the report, or null if it comes from the lists of blocked words.',
      resolve: ({ reporterId }, _args, context) => (reporterId === null ? null : userById(context, reporterId)),
    }),
    reason: t.expose('reason', { type: ReportReason, description: 'The reason for the report.' }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'The reporter’s note, or null if there is none. It is deleted when their account is erased.',
    }),
    textThen: t.string({
      nullable: true,
      description: 'The text at the time of the report, or null if nothing of it is left.',
      resolve: ({ text }) => text,
    }),
    words: t.field({ type: [FoundWord], description: 'The blocked words that were found, at most 20.', resolve: ({ words }) => words }),
    at: t.expose('at', { type: 'DateTime', description: 'When the report was made.' }),
  }),
});

const ModerationReportConnection = connectionOf<Report>('ModerationReport', {
  of: 'A report',
  list: 'reports on an item',
  node: (t) => t.field({ type: ModerationReport, description: 'The report.', resolve: ({ node }) => node }),
});

builder.objectField(ModerationItem, 'reports', (t) =>
  t.field({
    type: ModerationReportConnection,
    description: 'The reports on the item, newest first. There is one from each user who reported it.',
    args: forwardArgs('Returns the items after this cursor, which are older.'),
    resolve: (item, args, { chat }) =>
      forwardConnection(args, { order: 'moderationReport', read: (page) => chat.moderation.reports(item, page), node: (one) => one.item }),
  }),
);
