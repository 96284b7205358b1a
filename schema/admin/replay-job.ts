import type { LeftJob } from '../../src/jobs/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { Job } from './job.ts';

interface JobShape extends Refusable {
  readonly job?: LeftJob;
}

function jobPayload(name: string, { description, job }: { readonly description: string; readonly job: string }) {
  return withErrors(
    builder.objectRef<JobShape>(name).implement({
      description,
      fields: (t) => ({ job: t.expose('job', { type: Job, nullable: true, description: `${job}, or null if the mutation was refused.` }) }),
    }),
  );
}

const ReplayJobInput = builder.inputType('ReplayJobInput', {
  description: 'The job to replay.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The ID of the job, from `jobs`.' }) }),
});

builder.mutationField('replayJob', (t) =>
  t.field({
    type: jobPayload('ReplayJobPayload', { description: 'The payload of `replayJob`.', job: 'The job in its current state' }),
    description: 'Retries a dead job at once, with as many attempts as a new one. A job that is not dead stays as it is.',
    args: { input: t.arg({ type: ReplayJobInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { id } }, { chat, note }) =>
      settle<JobShape>(async () => {
        const job = await chat.backlog.replay(id);
        note({ target: `Job:${job.id}`, after: { kind: job.kind, key: job.key, state: job.state } });
        return { job };
      }),
  }),
);

const DiscardJobInput = builder.inputType('DiscardJobInput', {
  description: 'The job to discard.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The ID of the job, from `jobs`.' }) }),
});

builder.mutationField('discardJob', (t) =>
  t.field({
    type: jobPayload('DiscardJobPayload', { description: 'The payload of `discardJob`.', job: 'The discarded job' }),
    description: 'Discards a dead job, which is then never done. Refused with CONFLICT if the job is not dead.',
    args: { input: t.arg({ type: DiscardJobInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { id } }, { chat, note }) =>
      settle<JobShape>(async () => {
        const job = await chat.backlog.discard(id);
        note({ target: `Job:${job.id}`, before: { kind: job.kind, key: job.key, state: job.state } });
        return { job };
      }),
  }),
);
