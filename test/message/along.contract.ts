import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { type Hint, parseHint, streamTopic } from '../../src/log/index.ts';
import { parseAlong } from '../../src/message/index.ts';
import { type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What a hint of a message promises to carry, on any database. */
export function promisesOfHints(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** The hints of the entries that `act` appends to a stream. */
  async function hintsOf(streamId: bigint, act: () => Promise<unknown>): Promise<readonly Hint[]> {
    const hints: Hint[] = [];
    const stop = await world.bus.subscribe(streamTopic(streamId), (text) => {
      const hint = parseHint(streamId, text);
      if (hint?.kind === 'entry') hints.push(hint);
    });
    await act();
    await expect.poll(() => hints.length).toBeGreaterThan(0);
    stop();
    return hints;
  }

  async function broughtBy(streamId: bigint, act: () => Promise<unknown>): Promise<unknown> {
    const [hint] = await hintsOf(streamId, act);
    return parseAlong(hint?.kind === 'entry' ? hint.along : undefined);
  }

  async function userOf(id: bigint): Promise<unknown> {
    const row = await world.db.client.user.findUniqueOrThrow({ where: { id } });
    const { handle, displayName, avatarUrl, bio, data, createdAt } = row;
    return { id, handle, displayName, avatarUrl, bio, data, createdAt, bot: false, erased: false };
  }

  describe('the hint of a message', () => {
    it('to a group carries its sender and the group as a read would return them', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      await world.groups.update(ada, { groupId: group, announcement: 'Hear', pinPolicy: 'EVERYONE', mentionPolicy: 'OWNER' });
      await world.db.transaction((tx) => tx.user.update({ where: { id: bob.userId }, data: { data: '{"team":"blue"}' } }));
      await world.say(ada, group);
      const brought = await broughtBy(group, () => world.say(bob, group));
      const [conversation] = await world.groups.byIds([group]);
      expect(conversation).toMatchObject({ lastSeq: 5, lastOrdinal: 2, memberCount: 2, announcement: 'Hear', pinPolicy: 'EVERYONE' });
      expect(brought).toEqual({ sender: await userOf(bob.userId), conversation });
    });

    it('in a direct conversation carries its sender', async () => {
      const [ada, bob] = await world.people();
      const direct = await world.direct(ada, bob);
      expect(await broughtBy(direct, () => world.say(ada, direct))).toEqual({ sender: await userOf(ada.userId) });
    });

    it('carries the current profile of its sender', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      await world.say(ada, group);
      await world.db.transaction((tx) => tx.user.updateMany({ where: { id: ada.userId }, data: { displayName: 'Ada, Countess' } }));
      expect(await broughtBy(group, () => world.say(ada, group))).toMatchObject({ sender: { displayName: 'Ada, Countess' } });
    });
  });

  it('a group in the form of an earlier release is accepted, with defaults for its later fields', async () => {
    const [ada, bob] = await world.people();
    const group = await world.group(ada, bob);
    const [hint] = await hintsOf(group, () => world.say(ada, group));
    const { sender, conversation } = Object(hint?.kind === 'entry' ? hint.along : undefined);
    const { announcement, invitePolicy, pinPolicy, mentionPolicy, ...earlier } = conversation;
    expect([announcement, invitePolicy, pinPolicy, mentionPolicy]).toEqual([null, 'ADMINS', 'ADMINS', 'ADMINS']);
    const [now] = await world.groups.byIds([group]);
    expect(parseAlong({ sender, conversation: earlier })).toEqual({ sender: await userOf(ada.userId), conversation: now });
    // An absent field may have been set by a node of this release.
    expect(parseAlong({ sender, conversation: { ...earlier, data: undefined } })).toBeNull();
    expect(parseAlong({ sender: { ...sender, data: undefined }, conversation: earlier })).toBeNull();
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['what another release wrote', { sender: { id: '1' } }],
  ])('%s is not accepted as what a hint carries', (_, brought) => {
    expect(parseAlong(brought)).toBeNull();
  });
}
