import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import { type Person, world } from '../support/world.ts';

const place = world({ JOB_POLL_MS: '50' });
let admin: Person;
let sql: RawSql;

beforeAll(async () => {
  const [ann] = await place.people('ann');
  admin = await appoint(place, ann);
  sql = await rawSql(place.stores);
});
beforeEach(() => sql.run('DELETE FROM Job'));
afterAll(() => sql[Symbol.asyncDispose]());

interface Listed {
  readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
}

async function jobs(args: string): Promise<Listed> {
  const asks =
    'edges { cursor node { id kind key about state dueAt createdAt attempts failure } } pageInfo { hasNextPage hasPreviousPage }';
  const { data, errors } = await askAdmin(adminUrl(place), `{ jobs(${args}) { ${asks} } }`, {}, admin);
  expect(errors).toBeUndefined();
  return data?.['jobs'] as Listed;
}

function idsOf({ edges }: Listed): readonly unknown[] {
  return edges.map(({ node }) => node['id']);
}

async function act(name: 'replayJob' | 'discardJob', id: string) {
  const { data } = await askAdmin(
    adminUrl(place),
    `mutation { ${name}(input: { id: "${id}" }) { job { id state attempts } errors { code } } }`,
    {},
    admin,
  );
  return data?.[name];
}

describe('a dead job', () => {
  it('is shown with its arguments and the reason of its failure', async () => {
    const id = await leaveDeadJob(sql, { seq: 7 });
    const { edges, pageInfo } = await jobs('state: DEAD');
    expect(edges.map(({ node }) => node)).toEqual([
      {
        ...{
          id,
          kind: 'EffectOwed',
          key: expect.stringMatching(/^none:.*:7$/),
          about: '{"effect":"none","streamId":"1","seq":7}',
          state: 'DEAD',
        },
        ...{ dueAt: '2026-01-01T00:00:07.000Z', createdAt: '2026-01-01T00:00:07.000Z', attempts: 8, failure: 'Error: it never worked' },
      },
    ]);
    expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false });
  });

  it('is listed by its due time, in pages, for one kind or for all', async () => {
    const made: string[] = [];
    for (const seq of [3, 1, 2, 2]) made.push(await leaveDeadJob(sql, { seq }));
    const [third, first, ...second] = made;
    const other = await leaveDeadJob(sql, { seq: 4, kind: 'HandleFreed' });
    const ordered = [first, ...second.toSorted(), third, other];
    expect(idsOf(await jobs('state: DEAD'))).toEqual(ordered);
    const paged: unknown[] = [];
    for (let after = ''; ; ) {
      const page = await jobs(`state: DEAD, first: 2 ${after}`);
      paged.push(...idsOf(page));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== '');
      if (!page.pageInfo.hasNextPage) break;
      after = `after: "${page.edges.at(-1)?.cursor}"`;
    }
    expect(paged).toEqual(ordered);
    expect(idsOf(await jobs('state: DEAD, kind: HandleFreed'))).toEqual([other]);
    expect(idsOf(await jobs('state: DEAD, kind: EffectOwed, first: 100'))).toEqual(ordered.slice(0, 4));
    expect(idsOf(await jobs('state: PENDING, kind: HandleFreed'))).toEqual([]);
  });

  it('is counted by kind', async () => {
    for (const seq of [1, 2]) await leaveDeadJob(sql, { seq });
    await leaveDeadJob(sql, { kind: 'HandleFreed' });
    const { data } = await askAdmin(adminUrl(place), '{ jobCounts { kind state count } }', {}, admin);
    expect(new Set(data?.['jobCounts'] as readonly object[])).toEqual(
      new Set([
        { kind: 'EffectOwed', state: 'DEAD', count: 2 },
        { kind: 'HandleFreed', state: 'DEAD', count: 1 },
      ]),
    );
  });

  it('runs again when it is replayed, with all attempts, and replaying it twice has the effect of once', async () => {
    const id = await leaveDeadJob(sql);
    expect(await act('replayJob', id)).toEqual({ job: { id, state: 'PENDING', attempts: 0 }, errors: [] });
    // No release has this effect, so it fails once more.
    await expect
      .poll(async () => (await jobs('state: PENDING')).edges[0]?.node)
      .toMatchObject({
        ...{ id, attempts: 1, failure: 'Error: this release has no effect none' },
      });
    expect(await act('replayJob', id)).toMatchObject({ job: { id, state: 'PENDING' }, errors: [] });
    expect(await act('discardJob', id)).toEqual({ job: null, errors: [{ code: 'CONFLICT' }] });
  });

  it('is gone when it is discarded', async () => {
    const id = await leaveDeadJob(sql);
    expect(await act('discardJob', id)).toMatchObject({ job: { id, state: 'DEAD' }, errors: [] });
    expect(idsOf(await jobs('state: DEAD'))).toEqual([]);
    for (const name of ['discardJob', 'replayJob'] as const)
      expect(await act(name, id)).toEqual({ job: null, errors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('the lag of effects', () => {
  it('is zero while no effect is wanted', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    await place.say(ann, await place.group(ann, ben), 'Hello.');
    const lag = async () => (await askAdmin(adminUrl(place), '{ effectLag { streams oldestMs } }', {}, admin)).data?.['effectLag'];
    await expect.poll(lag).toEqual({ streams: 0, oldestMs: 0 });
  });
});

test.each([
  ['state: DEAD, first: 0', 'BAD_USER_INPUT'],
  ['state: DEAD, first: 101', 'BAD_USER_INPUT'],
  ['state: DEAD, after: "no cursor"', 'BAD_USER_INPUT'],
  [`state: DEAD, after: "${Buffer.from('noticeId@x').toString('base64url')}"`, 'BAD_USER_INPUT'],
  [`state: DEAD, after: "${Buffer.from('job@1:x').toString('base64url')}"`, 'BAD_USER_INPUT'],
])('jobs are refused for %s', async (args, code) => {
  const { data, errors } = await askAdmin(adminUrl(place), `{ jobs(${args}) { edges { cursor } } }`, {}, admin);
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(data ?? null).toBeNull();
});
