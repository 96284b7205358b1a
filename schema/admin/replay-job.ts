import type { LeftJob } from '../../src/jobs/index.ts';
import { Job } from './job.ts';
import { mutation, type PayloadBuilder } from './mutation.ts';

function jobFields(t: PayloadBuilder<{ readonly job: LeftJob }>, job: string) {
  return { job: t.expose('job', { type: Job, nullable: true, description: `${job}, or null if the mutation was refused.` }) };
}

mutation('replayJob', {
  description: 'Retries a dead job at once, with as many attempts as a new one. A job that is not dead stays as it is.',
  inputDescription: 'The job to replay.',
  input: (t) => ({ id: t.id({ required: true, description: 'The ID of the job, from `jobs`.' }) }),
  async act({ id }, { chat, note }) {
    const job = await chat.backlog.replay(id);
    note({ target: `Job:${job.id}`, after: { kind: job.kind, key: job.key, state: job.state } });
    return { job };
  },
  payload: (t) => jobFields(t, 'The job in its current state'),
});

mutation('discardJob', {
  description: 'Discards a dead job, which is then never done. Refused with CONFLICT if the job is not dead.',
  inputDescription: 'The job to discard.',
  input: (t) => ({ id: t.id({ required: true, description: 'The ID of the job, from `jobs`.' }) }),
  async act({ id }, { chat, note }) {
    const job = await chat.backlog.discard(id);
    note({ target: `Job:${job.id}`, before: { kind: job.kind, key: job.key, state: job.state } });
    return { job };
  },
  payload: (t) => jobFields(t, 'The discarded job'),
});
