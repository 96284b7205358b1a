import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type CommandEnd, runAdmin } from '../support/admin-command.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { rawSql } from '../support/raw-sql.ts';
import { embeddedStores, type Stores } from '../support/stores.ts';
import { world } from '../support/world.ts';

const place = world({ HEAD_CHECK_MS: '200' });

/** Runs the command on the node's system; it must succeed. */
async function admin(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, ...words);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output;
}

/** The same where it must not: answers what it says. */
async function refused(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, ...words);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  return errors;
}

describe('the command, beside an embedded node that runs', () => {
  it('makes an admin, once, and takes that back', async () => {
    const { handle } = (await place.people('ann'))[0];
    expect(await admin('grant', handle)).toBe(`${handle} is an admin from now on.\n`);
    expect(await admin('grant', handle.toUpperCase())).toBe(`${handle} is an admin already.\n`);
    expect(await admin('revoke', handle)).toBe(`${handle} is no admin from now on.\n`);
    expect(await refused('grant', 'nobody.here')).toBe('There is nobody with the handle "nobody.here".\n');
  });

  it('signs somebody out on all devices, which the node finds by its check', async () => {
    const [ann] = await place.people('ann');
    const [atPhone, atDesk] = [place.listen(ann), place.listen(await place.anotherDevice(ann))];
    await Promise.all([atPhone.ready(), atDesk.ready()]);
    expect(await admin('disconnect', ann.handle, '--end-sessions')).toBe(
      `${ann.handle}: 2 sessions ended. What is connected is closed within HEAD_CHECK_MS.\n`,
    );
    for (const listening of [atPhone, atDesk]) expect((await listening.end()).ending).toMatchObject({ code: 4401 });
  });

  it('changes a setting, which the node has within moments, tells what was changed, and puts it back', async () => {
    const { config } = place.node.chat.settings;
    expect(await admin('settings', 'history')).toBe('Nothing was ever changed.\n');
    expect(await admin('settings', 'get', 'maxPins')).toMatch(
      /^maxPins 50\n {2}configured: 50\n {2}never changed\n {2}Messages that may be pinned/,
    );
    const line = /^1 {2}\S+Z {2}command line, for the fair\n {2}maxPins: as configured → 7\n$/;
    expect(await admin('settings', 'set', 'maxPins', '7', '--note', 'for the fair')).toMatch(line);
    await expect.poll(() => config.maxPins).toBe(7);
    expect(await admin('settings', 'set', 'maxPins', '7')).toBe('It stands so already.\n');
    expect(await admin('settings', 'get', 'maxPins')).toMatch(/^maxPins 7\n {2}configured: 50\n {2}version 1, /);
    expect(await admin('settings', 'list')).toMatch(/^maxPins +7 +50$/m);
    await admin('settings', 'set', 'maintenanceMessage', 'Back at noon.', '--expect', '1');
    expect(await refused('settings', 'set', 'maxPins', '8', '--expect', '1')).toMatch(/^The settings are at version 2 by now/);
    expect(await admin('settings', 'reset', 'maxPins')).toMatch(/maxPins: 7 → as configured\n$/);
    expect(await admin('settings', 'rollback', '1')).toMatch(/^4 {2}.*back to version 1\n/);
    await expect.poll(() => config).toMatchObject({ maxPins: 7, maintenanceMessage: 'Maintenance is under way. Try again later.' });
    expect(await admin('settings', 'history')).toMatch(/^4 .*\n3 .*\n2 .*\n1 /s);
    expect(await admin('settings', 'history', '--first', '1')).toMatch(/^4 .*\n… more with --before 4\n$/s);
    expect(await admin('settings', 'history', '--first', '1', '--before', '3')).toMatch(/^2 /);
    await admin('settings', 'rollback', '0');
    await expect.poll(() => config.maxPins).toBe(50);
  });

  it('names who has changed a setting by another way', async () => {
    const [ann] = await place.people('ann');
    const { userId } = await place.node.chat.users.authenticate(ann.token);
    await place.node.chat.settings.set(userId, { settings: [{ name: 'maxPins', value: '9' }] });
    expect(await admin('settings', 'history', '--first', '1')).toMatch(RegExp(`^\\d+ {2}\\S+Z {2}${ann.handle}\n {2}maxPins: `));
    await place.node.chat.settings.rollBack(null, { version: 0 });
  });

  it('tells users something, at once or later, says how far it has come, and takes it back', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const [atAnns, atBens] = [place.listen(ann), place.listen(ben)];
    await Promise.all([atAnns.ready(), atBens.ready()]);
    expect(await admin('notices', 'list')).toBe('Nothing was ever told.\n');
    const [, some = ''] = /^(\S+) is posted\.\n$/.exec(await admin('notices', 'post', 'For Ann', 'Between us.', '--to', ann.handle)) ?? [];
    expect((await atAnns.nextOf('NoticePosted')).notice).toMatchObject({ title: 'For Ann', body: 'Between us.' });
    const later = await admin('notices', 'post', 'Later', 'Some day.', '--at', new Date(Date.now() + 86_400_000).toISOString());
    expect(later).toMatch(/^\S+ is posted at \S+Z\.\n$/);
    const [, all = ''] = /^(\S+) is posted\.\n$/.exec(await admin('notices', 'post', 'For all', 'Tonight.')) ?? [];
    expect((await atBens.nextOf('NoticePosted')).notice).toMatchObject({ title: 'For all' });
    expect(await admin('notices', 'list', '--first', '3')).toMatch(
      /^ID .*\n\S+ +POSTED +\S+ +all +For all\n\S+ +SCHEDULED +\S+ +all +Later\n\S+ +POSTED +\S+ +1 of 1 +For Ann\n$/,
    );
    for (const id of [all, some]) expect(await admin('notices', 'revoke', id)).toBe(`${id} is taken back.\n`);
    await Promise.all([atAnns, atBens].map((events) => events.nextOf('NoticeRevoked')));
    expect(await admin('notices', 'list', '--first', '1')).toMatch(/REVOKED .*\n… more with --first\n$/);
    expect(await refused('notices', 'post', 'For nobody', 'Hm.', '--to', `${ann.handle},nobody.here`)).toBe(
      'Nobody is told: there is no nobody.here.\n',
    );
    expect(await refused('notices', 'post', 'Some day', 'Hm.', '--at', 'tomorrow')).toBe(
      'tomorrow is not a time such as 2027-01-31T20:00:00Z.\n',
    );
    expect(await refused('notices', 'revoke', 'none')).toBe('There is no such notice.\n');
  });

  test.each([
    [['settings', 'set', 'maxPins', '0'], 'maxPins must be a whole number from 1 to 1000.\n'],
    [['settings', 'set', 'maxPin', '1'], /^There is no such setting\. There are .*maxPins/],
    [['settings', 'get', 'maxPin'], 'There is no setting maxPin: see settings list.\n'],
    [['settings', 'set', 'maxPins', '1', '--expect', 'x'], 'x is not a number.\n'],
    [['settings', 'rollback', '99'], 'There is no version 99 of the settings.\n'],
  ] as const)('refuses %j and says why', async (words, says) => {
    expect(await refused(...words)).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });

  test.each([
    [[]],
    [['settings', 'set', 'maxPins']],
    [['grant', 'ann', 'ben']],
    [['constructor']],
    [['settings', 'list', '--loud']],
  ])('tells how it is used where it is given %j', async (words) => {
    const says = await refused(...words);
    for (const line of ['  settings rollback VERSION  puts all', '  grant HANDLE ', '  drain NODE ']) expect(says).toContain(line);
  });

  test.each([
    [['nodes']],
    [['drain', 'x']],
    [['connections', 'ann']],
    [['disconnect', 'ann']],
  ])('says of %j where that is to be had instead', async (words) => {
    expect(await refused(...words)).toBe(
      'Without REDIS_URL there is one node, which this command does not reach: ask it by the operators’ schema, at ADMIN_PORT.\n',
    );
  });
});

describe('the command, where no node runs', () => {
  const stack = new AsyncDisposableStack();
  let stores: Stores;
  beforeAll(async () => {
    stores = stack.use(await embeddedStores());
  });
  afterAll(() => stack.disposeAsync());

  const run = (...words: readonly string[]): Promise<CommandEnd> => runAdmin(stores.env, ...words);

  it('says in one line what is wrong with the configuration', async () => {
    expect(await runAdmin({ ...stores.env, PORT: 'x' }, 'settings', 'list')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^PORT .*\n$/),
    });
  });

  it('makes the database, and shows what a node would run with', async () => {
    const { output } = await run('settings', 'list');
    const { maxPins, logLevel } = readConfig({});
    for (const [name, value] of Object.entries({ maxPins, logLevel })) expect(output).toMatch(RegExp(`^${name} +${value} +${value}$`, 'm'));
  });

  it('shows what has failed for good, has it tried again, and gives it up', async () => {
    expect((await run('jobs', 'list')).output).toBe('Nothing has failed for good.\n');
    expect((await run('jobs', 'count')).output).toBe('There are no jobs.\n');
    await using sql = await rawSql(stores);
    const [one, two] = [await leaveDeadJob(sql, { seq: 1 }), await leaveDeadJob(sql, { seq: 2 })];
    expect((await run('jobs', 'list', '--first', '1')).output).toMatch(
      RegExp(`^ID .*\n${one} +EffectOwed +none:\\S+:1 +2026-01-01T00:00:01.000Z +8 +Error: it never worked\n… more with --first\n$`),
    );
    expect((await run('jobs', 'show', two)).output).toMatch(
      /^EffectOwed none:\S+:2 +DEAD\n {2}about +\{"effect":"none".*\n.*never worked\n$/s,
    );
    expect((await run('jobs', 'replay', one)).output).toBe(`${one} waits for a worker.\n`);
    expect((await run('jobs', 'discard', two)).output).toBe(`${two} is given up.\n`);
    expect((await run('jobs', 'discard', one)).errors).toBe('This job is not dead: it is done, or tried again, by itself.\n');
    expect((await run('jobs', 'list', '--state', 'PENDING', '--kind', 'EffectOwed')).output).toContain(one);
    expect((await run('jobs', 'count')).output).toMatch(/^KIND +STATE +JOBS\nEffectOwed +PENDING +1\n$/);
    expect((await run('jobs', 'list', '--state', 'LOST')).errors).toBe('LOST is none of PENDING, DEAD.\n');
    for (const name of ['show', 'replay', 'discard']) {
      expect((await run('jobs', name, two)).errors).toBe('There is no such job: it is done, or was discarded.\n');
    }
  }, 60_000);

  it('gives the database another epoch', async () => {
    const says = /^The epoch is (\S+)\. Start all nodes anew\.\n$/;
    const [first, second] = [(await run('epoch', 'bump')).output, (await run('epoch', 'bump')).output];
    for (const output of [first, second]) expect(output).toMatch(says);
    expect(first).not.toBe(second);
  });
});
