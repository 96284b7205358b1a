import { expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { groupOf, listen, password, person, say } from '../support/people.ts';

/** What the caches of users and groups promise, on any stores. */
export function promisesOfWhatIsKept(open: () => Promise<Chat>): void {
  it('shows a user who changes their profile the change at once, every time, however many read meanwhile', async () => {
    await using chat = await open();
    const ann = await person(chat);
    for (let change = 0; change < 30; change += 1) {
      const displayName = `Ann ${change}`;
      const reading = Array.from({ length: 5 }, () => chat.users.byIds([ann.userId]));
      await chat.users.updateProfile(ann, { displayName });
      expect((await chat.users.byIds([ann.userId]))[0]).toMatchObject({ displayName });
      await Promise.all(reading);
      expect((await chat.users.byIds([ann.userId]))[0]).toMatchObject({ displayName });
    }
  });

  it('shows an erased account as erased at once', async () => {
    await using chat = await open();
    const ann = await person(chat);
    expect((await chat.users.byIds([ann.userId]))[0]).toMatchObject({ erased: false });
    await chat.users.erase(ann, { password, messages: 'KEEP', address: 'somewhere' });
    expect((await chat.users.byIds([ann.userId]))[0]).toMatchObject({ erased: true, displayName: '' });
  });

  it('shows a group as its last change left it, with its last message', async () => {
    await using chat = await open();
    const [ann, ben, cat] = [await person(chat), await person(chat), await person(chat)];
    const group = await groupOf(chat, ann, ben);
    const shown = async () => (await chat.groups.byIds([group]))[0];
    expect(await shown()).toMatchObject({ name: 'The group', memberCount: 2 });
    const said = await say(chat, ann, group, 'hello');
    expect(await shown()).toMatchObject({ lastSeq: said, lastOrdinal: 1, memberCount: 2 });
    await chat.groups.update(ann, { groupId: group, name: 'Renamed' });
    await chat.groups.addMembers(ann, { groupId: group, userIds: [cat.userId] });
    expect(await shown()).toMatchObject({ name: 'Renamed', memberCount: 3 });
    await chat.groups.removeMember(ann, { groupId: group, userId: ben.userId });
    await chat.groups.leave(cat, { groupId: group });
    expect(await shown()).toMatchObject({ memberCount: 1 });
    await chat.groups.leave(ann, { groupId: group });
    expect(await shown()).toBeNull();
  });

  it('shows a profile no older than the event of its change', async () => {
    await using chat = await open();
    const ann = await person(chat);
    const events = listen(chat, ann);
    await events.ready();
    for (let change = 0; change < 10; change += 1) {
      const displayName = `Ann ${change}`;
      await chat.users.byIds([ann.userId]);
      void chat.users.updateProfile(ann, { displayName });
      await events.until((event) => event.kind === 'entry' && event.entry.type === 'ProfileChanged');
      expect((await chat.users.byIds([ann.userId]))[0]).toMatchObject({ displayName });
    }
    events.stop();
  });
}
