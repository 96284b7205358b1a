import { describe, expect, it } from 'vitest';
import { type NewJob, putJob } from '../../src/jobs/index.ts';
import { mysqlDb } from '../support/db.ts';
import { lockWait } from '../support/lock-wait.ts';
import { promisesOfJobs } from './jobs.contract.ts';

describe('jobs on MariaDB', () => {
  promisesOfJobs(mysqlDb);

  it('a job that is put again while its handler removes it is kept', async () => {
    await using db = await mysqlDb();
    const job: NewJob = { kind: 'GroupDissolved', key: '1', data: { groupId: 1n, actorId: null }, dueAt: new Date(0) };
    await db.transaction((tx) => putJob(tx, job));
    let leaving: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await tx.job.deleteMany({ where: { key: '1' } });
      leaving = db.transaction((other) => putJob(other, job));
      await lockWait(db);
    });
    await leaving;
    expect(await db.client.job.count()).toBe(1);
  });
});
