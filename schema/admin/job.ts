import type { JobCount as JobCountShape, JobKind as JobKindShape, jobStates, LeftJob } from '../../src/jobs/index.ts';
import type { Lag } from '../../src/worker/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';

const JobState = builder.enumType('JobState', {
  description: 'The state of a job.',
  values: {
    PENDING: { description: 'The job waits for its time or a retry, or is running.' },
    DEAD: { description: 'The job has failed too often. It is retried only if an operator replays it.' },
  } satisfies Record<(typeof jobStates)[number], unknown>,
});

const JobKind = builder.enumType('JobKind', {
  description: 'The kind of a job.',
  values: {
    ContactRequestExpired: { description: 'Ends a contact request that was not answered in time.' },
    FirstMessage: { description: 'Sends the message that came with an accepted contact request.' },
    GroupDissolved: { description: 'Tells the members of a group that it was dissolved.' },
    AccountErased: { description: 'Removes an erased account from everything that it was part of.' },
    HandleFreed: { description: 'Frees the handles that a user gave up.' },
    DataExport: { description: 'Creates the file of a data export.' },
    DataExportOver: { description: 'Deletes the file of a data export.' },
    DraftUntold: { description: 'Tells the devices of a user about a draft.' },
    ScheduledMessageDue: { description: 'Sends a scheduled message whose time has come.' },
    PollDue: { description: 'Closes a poll whose time is over.' },
    ModerationItemOver: { description: 'Deletes an item of the moderation queue that was resolved long ago.' },
    HistoryRound: { description: 'Deletes history that is older than HISTORY_DAYS.' },
    OwnHistoryRound: { description: 'Deletes history of groups that keep it for a time of their own.' },
    AccountRound: { description: 'Deletes entries of account streams that are older than ACCOUNT_LOG_DAYS.' },
    AttachmentRound: { description: 'Adds older attachments to the lists of attachments, which did not exist when they were sent.' },
    NoticeDue: { description: 'Posts a notice.' },
    NoticeRevoked: { description: 'Tells the recipients of a notice that it was revoked.' },
    WebhookBacklog: { description: 'Delivers the events that a webhook has missed.' },
    EffectOwed: { description: 'Retries an effect of a log entry that has failed too often.' },
  } satisfies Record<JobKindShape, unknown>,
});

/** A job that is left to do. */
export const Job = builder.objectRef<LeftJob>('Job').implement({
  description: 'A job: work that is left for later. Jobs that are done are deleted.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The ID of the job, for `replayJob` and `discardJob`.' }),
    kind: t.exposeString('kind', { description: 'The kind of the job: a JobKind, or one that only another release knows.' }),
    key: t.exposeString('key', { description: 'The key of the job. There is at most one job of each kind with the same key.' }),
    about: t.exposeString('data', {
      description: 'The parameters of the job, as JSON. IDs of users and conversations are those in the database, not global IDs.',
    }),
    state: t.expose('state', { type: JobState, description: 'The state of the job.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description: 'When the job is or was due. For a running job, when another node may take it over.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the job was created.' }),
    attempts: t.exposeInt('attempts', { description: 'The number of failed attempts.' }),
    failure: t.exposeString('failure', {
      nullable: true,
      description: 'What went wrong in the last failed attempt, or null if none has failed.',
    }),
  }),
});

const JobConnection = connectionOf<LeftJob>('Job', {
  of: 'A job',
  list: 'jobs',
  node: (t) => t.field({ type: Job, description: 'The job.', resolve: ({ node }) => node }),
});

builder.queryField('jobs', (t) =>
  t.field({
    type: JobConnection,
    description: 'The jobs in a state, earliest due first. Jobs that have failed for good are DEAD.',
    args: {
      state: t.arg({ type: JobState, required: true, description: 'Only jobs in this state.' }),
      kind: t.arg({ type: JobKind, description: 'Only jobs of this kind. Defaults to all kinds.' }),
      ...forwardArgs(),
    },
    resolve: (_root, { state, kind, ...args }, { chat }) =>
      forwardConnection(args, { order: 'job', read: (page) => chat.backlog.list({ state, kind, ...page }), node: ({ job }) => job }),
  }),
);

const JobCount = builder.objectRef<JobCountShape>('JobCount').implement({
  description: 'The number of jobs of a kind in a state.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'The kind of the jobs.' }),
    state: t.expose('state', { type: JobState, description: 'The state of the jobs.' }),
    count: t.exposeInt('count', { description: 'The number of jobs.' }),
  }),
});

builder.queryField('jobCounts', (t) =>
  t.field({
    type: [JobCount],
    description: 'The number of jobs of each kind in each state. Kinds and states without jobs are left out.',
    resolve: (_root, _args, { chat }) => chat.backlog.counts(),
  }),
);

const EffectLag = builder.objectRef<Lag>('EffectLag').implement({
  description: 'How far the effects of log entries, such as calls of webhooks, are behind the log, in the whole system.',
  fields: (t) => ({
    streams: t.exposeInt('streams', { description: 'The number of conversations and accounts with entries whose effects are not done.' }),
    oldestMs: t.exposeFloat('oldestMs', {
      description:
        'The age of the oldest entry whose effects are not done, in whole milliseconds, or 0 if there is none. It is a Float because an Int ends at 24 days. At most 1,000 conversations and accounts are looked at.',
    }),
  }),
});

builder.queryField('effectLag', (t) =>
  t.field({ type: EffectLag, description: 'How far the workers are behind.', resolve: (_root, _args, { chat }) => chat.worker.lag() }),
);
