import { describe, expect, it } from 'vitest';
import { leaveJob, type NewJob } from '../../src/jobs/index.ts';
import { mysqlDb } from '../support/db.ts';
import { promisesOfJobs } from './jobs.contract.ts';

// What InnoDB tells of transactions it looks up anew only where nobody has asked for 100 ms.
const unreadMs = 200;

describe('jobs on MariaDB', () => {
  promisesOfJobs(mysqlDb);

  it('one that is left anew just as whoever did it removes it is there', async () => {
    await using db = await mysqlDb();
    const job: NewJob = { kind: 'GroupDissolved', key: '1', data: { groupId: 1n, actorId: null }, dueAt: new Date(0) };
    await db.transaction((tx) => leaveJob(tx, job));
    const waiting = () =>
      db.client.$queryRaw<
        unknown[]
      >`SELECT trx_id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%Job%'`;
    let leaving: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await tx.job.deleteMany({ where: { key: '1' } });
      leaving = db.transaction((other) => leaveJob(other, job));
      await expect.poll(async () => (await waiting()).length, { interval: unreadMs }).toBeGreaterThan(0);
    });
    await leaving;
    expect(await db.client.job.count()).toBe(1);
  });
});
