import type { JobCount as JobCountShape, JobKind as JobKindShape, jobStates, LeftJob } from '../../src/jobs/index.ts';
import type { Lag } from '../../src/worker/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';

const JobState = builder.enumType('JobState', {
  description: 'How a job stands.',
  values: {
    PENDING: { description: 'It waits for its time, or to be tried again, or is being done.' },
    DEAD: { description: 'It has failed too often, and is not tried again unless somebody says so.' },
  } satisfies Record<(typeof jobStates)[number], unknown>,
});

const kinds: Readonly<Record<JobKindShape, string>> = {
  ContactRequestExpired: 'Ends a request to become a contact that nobody has answered.',
  FirstMessage: 'Says what somebody said with a request that was accepted.',
  GroupDissolved: 'Tells the members of a group that it was dissolved.',
  AccountErased: 'Takes an erased account out of all that it was part of.',
  HandleFreed: 'Gives free the handles that somebody gave up.',
  DataExport: 'Makes the file with all that is a user’s own.',
  DataExportOver: 'Removes it.',
  DraftUntold: 'The devices of a user are told of what they have begun to write.',
  ScheduledMessageDue: 'A message’s time has come that was left to be said later: it is said.',
  PollDue: 'A poll’s time is over: it is closed.',
  ModerationItemOver: 'Forgets an item of the moderation queue that was decided long ago.',
  HistoryRound: 'Takes away what is older than it is kept.',
  AttachmentRound: 'Enters into the lists of attachments what was attached before there were any.',
  NoticeDue: 'Posts a notice.',
  NoticeRevoked: 'Tells those who had a notice that it is taken back.',
  WebhookBacklog: 'Tells an app what it has missed.',
  EffectOwed: 'Does what was to be done because of an entry, and has failed too often.',
};

const JobKind = builder.enumType('JobKind', {
  description: 'What a job does.',
  values: Object.fromEntries(Object.entries(kinds).map(([kind, description]) => [kind, { description }])) as Record<
    JobKindShape,
    { description: string }
  >,
});

/** What was left for later. */
export const Job = builder.objectRef<LeftJob>('Job').implement({
  description: 'Work that was left for later. What is done is gone.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id, for `replayJob` and `discardJob`.' }),
    kind: t.exposeString('kind', { description: 'What it does: a JobKind, or one that only another release knows.' }),
    key: t.exposeString('key', { description: 'Of a kind there is one under a key.' }),
    about: t.exposeString('data', {
      description: 'What it is about, as JSON: ids, with those of users and conversations as the database has them.',
    }),
    state: t.expose('state', { type: JobState, description: 'How it stands.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description: 'When it is, or was, to be done; of one that is being done, when another node may take it up.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was left.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it has failed.' }),
    failure: t.exposeString('failure', { nullable: true, description: 'What failed last; null: nothing so far.' }),
  }),
});

const JobConnection = connectionOf<LeftJob>('Job', {
  of: 'A job',
  list: 'all jobs of a state',
  node: (t) => t.field({ type: Job, description: 'The job.', resolve: ({ node }) => node }),
});

builder.queryField('jobs', (t) =>
  t.field({
    type: JobConnection,
    description: 'What was left for later, the one that is or was due first at the beginning. What has failed for good is DEAD.',
    args: {
      state: t.arg({ type: JobState, required: true, description: 'Those that stand so.' }),
      kind: t.arg({ type: JobKind, description: 'Only these; null: all.' }),
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
    },
    resolve: (_root, { state, kind, ...args }, { chat }) =>
      forwardConnection(args, { order: 'job', read: (page) => chat.backlog.list({ state, kind, ...page }), node: ({ job }) => job }),
  }),
);

const JobCount = builder.objectRef<JobCountShape>('JobCount').implement({
  description: 'How many jobs of a kind stand so.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'What they do.' }),
    state: t.expose('state', { type: JobState, description: 'How they stand.' }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
  }),
});

builder.queryField('jobCounts', (t) =>
  t.field({
    type: [JobCount],
    description: 'How many jobs there are, of each kind and state that has any.',
    resolve: (_root, _args, { chat }) => chat.backlog.counts(),
  }),
);

const EffectLag = builder.objectRef<Lag>('EffectLag').implement({
  description: 'How far what is done because of entries (such as calling apps) is behind the log, in the whole system.',
  fields: (t) => ({
    streams: t.exposeInt('streams', { description: 'Conversations and accounts with entries for which it is not done.' }),
    oldestMs: t.exposeInt('oldestMs', {
      description: 'The age of the oldest such entry, of up to a thousand of these, in milliseconds; 0: there is none.',
    }),
  }),
});

builder.queryField('effectLag', (t) =>
  t.field({ type: EffectLag, description: 'How far the workers are behind.', resolve: (_root, _args, { chat }) => chat.worker.lag() }),
);
