import { ChatError } from '../../src/errors.ts';
import { jobKindNames, jobStates } from '../../src/jobs/index.ts';
import type { Operator } from '../../src/open.ts';
import { type Commands, type Flags, listSize, oneOf, table } from './command.ts';

/** Commands for pending and dead jobs. */
export const jobsCommands: Commands = {
  'jobs list': {
    looks: true,
    words: [],
    says: 'lists dead jobs, or with [--state PENDING] waiting ones; [--kind KIND] [--first N]',
    run: list,
  },
  'jobs count': { looks: true, words: [], says: 'counts the jobs of each kind', run: count },
  'jobs show': { looks: true, words: ['ID'], says: 'shows a job in full', run: (operator, [id = '']) => show(operator, id) },
  'jobs replay': {
    words: ['ID'],
    says: 'retries a dead job at once',
    async run({ backlog }, [id = ''], _flags, note) {
      const job = await backlog.replay(id);
      note({ target: `Job:${job.id}`, after: { kind: job.kind, key: job.key, state: job.state } });
      return `${job.id} waits for a worker.`;
    },
  },
  'jobs discard': {
    words: ['ID'],
    says: 'discards a dead job for good',
    async run({ backlog }, [id = ''], _flags, note) {
      const job = await backlog.discard(id);
      note({ target: `Job:${job.id}`, before: { kind: job.kind, key: job.key, state: job.state } });
      return `${job.id} is discarded.`;
    },
  },
};

async function list({ backlog }: Operator, _words: readonly string[], { first, state = 'DEAD', kind }: Flags): Promise<string> {
  const page = { state: oneOf(jobStates, state), kind: kind === undefined ? null : oneOf(jobKindNames, kind), first: listSize(first) };
  const { items, hasNextPage } = await backlog.list(page);
  if (items.length === 0) return page.state === 'DEAD' ? 'No dead jobs.' : 'Nothing waits.';
  const rows = items.map(({ job }) => [job.id, job.kind, job.key, job.dueAt.toISOString(), String(job.attempts), job.failure ?? '']);
  const more = hasNextPage ? ['… more with --first'] : [];
  return [table([['ID', 'KIND', 'KEY', 'DUE', 'FAILURES', 'LAST FAILURE'], ...rows]), ...more].join('\n');
}

async function count({ backlog }: Operator): Promise<string> {
  const counts = await backlog.counts();
  if (counts.length === 0) return 'No jobs.';
  const rows = counts.map(({ kind, state, count: jobs }) => [kind, state, String(jobs)]).toSorted();
  return table([['KIND', 'STATE', 'JOBS'], ...rows]);
}

async function show({ backlog }: Operator, id: string): Promise<string> {
  const job = await backlog.byId(id);
  if (job === null) throw new ChatError('NOT_FOUND', 'Job not found. It may be done or discarded.');
  const { kind, key, data, state, dueAt, createdAt, attempts, failure } = job;
  return table([
    [`${kind} ${key}`, state],
    ['  about', data],
    ['  left', createdAt.toISOString()],
    ['  due', dueAt.toISOString()],
    ['  failures', String(attempts)],
    ['  last failure', failure ?? 'none'],
  ]);
}
