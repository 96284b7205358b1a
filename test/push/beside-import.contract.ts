import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createImports } from '../../src/import/index.ts';
import { createLog } from '../../src/log/index.ts';
import { fileOf, type Written } from '../import/import-world.ts';
import { threeUsers } from '../import/three-users.ts';
import { person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';

/** What push notifications promise during an import, on any database. */
export function promisesOfPushBesideImports(open: () => Promise<Db>): void {
  let db: Db;
  let world: PushWorld;
  beforeAll(async () => {
    db = await open();
    world = await pushWorld(db);
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Imports lines while all effects are done. */
  async function bring(lines: readonly Written[]): Promise<void> {
    await db.transaction((tx) => tx.$executeRawUnsafe('UPDATE Stream SET jobSeq = lastSeq, jobsDue = 0'));
    await using bus = createMemoryBus();
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
    await createImports({ db, log, config: readConfig({}) }).run(fileOf(lines), { shiftTimes: true });
    await world.passOver();
  }

  /** Ann, who sends messages, and Ben, who is away with a subscribed browser, in an imported group. */
  async function scene() {
    const { chat } = world;
    const of = threeUsers();
    await bring([...of.start, of.say(of.ann, 2)]);
    const { id: group } = await db.client.conversation.findFirstOrThrow({ where: { name: of.name } });
    const [ann, ben] = [await person(chat, 'speaker'), await world.subscriber()];
    for (const viewer of [ann, ben]) await chat.joining.join(viewer, { groupId: group });
    await world.tell();
    const before = ben.browser.received.length;
    return { chat, of, ann, ben, group, got: () => ben.browser.received.slice(before) };
  }

  it('a delayed push has the messages sent here and none of those imported in between', async () => {
    const { chat, of, ann, group, got } = await scene();
    world.service.answer({ status: 503 });
    await say(chat, ann, group, 'one');
    await world.tell();
    await bring([of.say(of.ben, 3, { mentionsEveryone: true }), of.say(of.ben, 4)]);
    await say(chat, ann, group, 'two');
    await world.tell();
    world.service.answer(null);
    await world.later();
    expect(got().map(({ payload: { body, count, mentioned } }) => [body, count, mentioned])).toEqual([['two', 2, false]]);
  });

  it('a user with the level MENTIONS is not notified of imported mentions either', async () => {
    const { chat, of, ann, ben, group, got } = await scene();
    await chat.groups.updateOwnPart(ben, { conversationId: group, notificationLevel: 'MENTIONS' });
    await say(chat, ann, group, 'one');
    await world.act();
    await bring([of.say(of.ben, 3, { mentionsEveryone: true })]);
    await say(chat, ann, group, 'two');
    await world.act();
    await world.later();
    expect(got()).toEqual([]);
  });
}
