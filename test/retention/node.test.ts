import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { memoryPositions } from '../../client/index.ts';
import { follow, socketTo } from '../client/follower.ts';
import { ConversationStateDocument, type PositionInput } from '../support/generated/graphql.ts';
import { inWords } from '../support/listening.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { type Person, world } from '../support/world.ts';
import { ageIn } from './age.ts';

describe('a node that keeps messages for thirty days', () => {
  const chat = world({ HISTORY_DAYS: '30' });
  const { signal } = new AbortController();

  /** A group of two with old messages (entries 3 to 5) and a new one (6). */
  async function talk() {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await chat.sayAll(ann, id, ['one', 'two', 'three', 'four']);
    return { ann, ben, id };
  }

  async function trim(id: string): Promise<void> {
    await using sql = await rawSql(chat.stores);
    await ageIn(sql, rawId(id), 5);
    await chat.node.chat.retention.round({ after: 0n }, signal);
  }

  async function resumed(person: Person, after: readonly PositionInput[]): Promise<readonly string[]> {
    return (await chat.listen(person, after).ready()).map(inWords);
  }

  it('notifies subscribers of a trim once, and continues', async () => {
    const { ann, ben, id } = await talk();
    const events = chat.listen(ben);
    await events.ready();
    await trim(id);
    expect(await events.next()).toMatchObject({ __typename: 'HistoryTrimmed', streamId: id, seq: 7, untilSeq: 5, actor: null });
    await trim(id);
    await chat.say(ann, id, 'five');
    expect(inWords(await events.next())).toBe('MessageSent 8 five');
  });

  it('answers a position before the trim with a resync, though the ring had it, and resumes other streams', async () => {
    const { ann, ben, id } = await talk();
    const other = await chat.group(ann, ben);
    await chat.say(ann, other, 'elsewhere');
    const listening = chat.listen(ben);
    await listening.ready();
    await chat.say(ann, id, 'five');
    await listening.next();
    await trim(id);
    await listening.next();
    const elsewhere = { streamId: other, seq: 2 };
    expect(await resumed(ben, [{ streamId: id, seq: 4 }, elsewhere])).toEqual([
      ...['ResyncRequired POSITION_TOO_OLD 8', 'MessageSent 3 elsewhere', 'StreamReady'],
    ]);
    expect(await resumed(ben, [{ streamId: id, seq: 5 }])).toEqual([
      'MessageSent 6 four',
      'MessageSent 7 five',
      'HistoryTrimmed',
      'StreamReady',
    ]);
    const one = await chat.listenTo(ben, id, { after: 2 }).ready();
    expect(one.map(inWords)).toEqual(['ResyncRequired POSITION_TOO_OLD 8', 'StreamReady']);
  });

  it('shows the same in a new read, in search and by id', async () => {
    const { ann, ben, id } = await talk();
    const [gone, kept] = await chat.sayAll(ann, id, ['needle, gone', 'needle, kept']);
    await using sql = await rawSql(chat.stores);
    await ageIn(sql, rawId(id), gone?.seq ?? 0);
    await chat.node.chat.retention.round({ after: 0n }, signal);
    const { conversation } = await chat.ask(ConversationStateDocument, { id }, ben);
    expect(conversation).toMatchObject({ lastSeq: 9, viewerUnreadCount: 1 });
    const found = '{ edges { node { text } } }';
    const document = parse(`query ($id: ID!, $gone: ID!, $kept: ID!) {
      all: messages(search: "needle") ${found}
      here: messages(search: "needle", conversationId: $id) ${found}
      gone: node(id: $gone) { id }
      kept: node(id: $kept) { id }
    }`);
    const only = { edges: [{ node: { text: 'needle, kept' } }] };
    const { data } = await chat.post<object, object>(document, { id, gone: gone?.id, kept: kept?.id }, ben);
    expect(data).toEqual({ all: only, here: only, gone: null, kept: { id: kept?.id } });
  });
});

describe('a node that keeps account entries for sixty days', () => {
  const chat = world();

  it('gives mpim-client one resync of the account, resumes everything else, and follows new conversations', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const positions = memoryPositions();
    const followed = () => follow({ subscribe: socketTo(chat.url, () => ben.token).subscribe, positions });
    const before = followed();
    await expect.poll(before.states).toContain('live');
    await before.following.stop();
    await chat.say(ann, group, 'missed');
    const meanwhile = await chat.group(ann, ben);
    await chat.say(ann, meanwhile, 'in what was opened');
    // Another sign-in makes the newest entry, which is kept.
    await chat.anotherDevice(ben);
    await using sql = await rawSql(chat.stores);
    await ageIn(sql, rawId(ben.id), 100);
    await chat.node.chat.retention.accountRound({ after: -1n }, new AbortController().signal);
    const after = followed();
    await expect.poll(after.told).toContain('StreamReady');
    expect(after.told()).toEqual(['ResyncRequired POSITION_TOO_OLD 4', 'missed', 'StreamReady']);
    await chat.say(ann, meanwhile, 'live');
    await expect.poll(() => after.told().at(-1)).toBe('live');
    expect(after.holes).toEqual([]);
    await after.following.stop();
    // The resync is not repeated.
    const again = followed();
    await expect.poll(again.told).toEqual(['StreamReady']);
  });
});

describe('a node', () => {
  const chat = world({ HISTORY_DAYS: '30', JOB_POLL_MS: '50' });

  it('runs its rounds by itself', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const events = chat.listen(ben);
    await events.ready();
    await chat.say(ann, id, 'gone');
    await using sql = await rawSql(chat.stores);
    await ageIn(sql, rawId(id), 3);
    // Its first round was over before that, and the next is in an hour.
    await expect.poll(() => sql.number("SELECT COUNT(*) FROM Job WHERE kind = 'HistoryRound' AND heldBy IS NULL")).toBe(1);
    await sql.run("UPDATE Job SET dueAt = (SELECT createdAt FROM Deployment) WHERE kind = 'HistoryRound'");
    expect(await events.nextOf('HistoryTrimmed')).toMatchObject({ untilSeq: 3 });
  });
});
