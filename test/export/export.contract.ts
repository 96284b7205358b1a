import { createECDH } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { DataExport, LinkProof } from '../../src/export/index.ts';
import { makeExport } from '../../src/export/make.ts';
import { createLog } from '../../src/log/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';
import { ask, vote } from '../message/poll-world.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';

/** The content of a file, as far as the tests look at it. */
interface Contents {
  readonly profile: { readonly id: string; readonly displayName: string };
  readonly formerHandles: readonly { readonly handle: string }[];
  readonly settings: object;
  readonly presence: object;
  readonly sessions: readonly { readonly deviceName: string }[];
  readonly quietHours: object | null;
  readonly silentUntil: string | null;
  readonly pushDevices: readonly object[];
  readonly contacts: readonly { readonly alias: string | null; readonly user: { readonly id: string } }[];
  readonly contactRequests: readonly { readonly note: string | null; readonly message: string | null }[];
  readonly blocks: readonly object[];
  readonly joinRequests: readonly object[];
  readonly scheduledMessages: readonly { readonly text: string; readonly sendAt: string }[];
  readonly drafts: readonly { readonly text: string }[];
  readonly savedMessages: readonly { readonly note: string | null }[];
  readonly reactions: readonly { readonly emoji: string; readonly seq: number; readonly at: string | null }[];
  readonly pollVotes: readonly { readonly option: string; readonly seq: number; readonly at: string | null }[];
  readonly reports: readonly object[];
  readonly conversations: readonly { readonly id: string; readonly name: string | null; readonly state: string }[];
  readonly messages?: readonly {
    readonly conversationId: string;
    readonly seq: number;
    readonly text: string;
    readonly attachments: readonly object[];
    readonly data: object | null;
  }[];
}

/** What data exports promise, on any database. */
export function promisesOfExports(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, { EXPORTS_PER_DAY: '3', MAX_SCHEDULED_MESSAGES: '101' });
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** The id and the proof in a file's link. */
  function linkOf(file: DataExport): readonly [id: string, proof: LinkProof] {
    const { pathname, searchParams } = new URL(chat.exports.link(file) ?? '/', 'http://node');
    return [
      pathname.replace('/exports/', ''),
      { until: Number(searchParams.get('until')), signature: searchParams.get('signature') ?? '' },
    ];
  }

  async function download(file: DataExport): Promise<Buffer | null> {
    const opened = await chat.exports.open(...linkOf(file));
    if (opened === null) return null;
    const parts: Uint8Array[] = [];
    for (let part = await opened.part(0); part !== null; part = await opened.part(parts.length)) parts.push(part);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(1_048_576);
    const all = Buffer.concat(parts);
    expect(all.length).toBe(opened.bytes);
    return all;
  }

  async function made(viewer: Viewer, messages = true): Promise<DataExport> {
    const { id } = await chat.exports.request(viewer, { messages });
    await chat.jobs.doDue();
    const file = await chat.exports.byId(viewer, id);
    if (file === null) throw new Error('the file is gone');
    return file;
  }

  async function contents(viewer: Viewer, messages = true): Promise<Contents> {
    return JSON.parse(String(await download(await made(viewer, messages)))) as Contents;
  }

  /** Moves the expiry of a file into the past. */
  async function expire({ id }: DataExport): Promise<void> {
    const past = new Date(Date.now() - 1_000);
    await db.transaction((tx) => tx.dataExport.update({ where: { id: uuidBytes(id) }, data: { expiresAt: past } }));
    await db.transaction((tx) => tx.job.updateMany({ where: { kind: 'DataExportOver', key: id }, data: { dueAt: past } }));
  }

  function parts({ id }: DataExport): Promise<number> {
    return db.client.dataExportPart.count({ where: { exportId: uuidBytes(id) } });
  }

  async function entries({ userId }: Viewer): Promise<readonly string[]> {
    const rows = await db.client.entry.findMany({ where: { streamId: userId }, orderBy: { seq: 'asc' } });
    return rows.map(({ type }) => type);
  }

  describe('a data export', () => {
    test('holds profile, settings, sessions, contacts and conversations, and the messages of the user but of nobody else', async () => {
      const [ann, ben, cat, dan] = [await person(chat, 'ann'), await person(chat), await person(chat), await person(chat)];
      const eve = await person(chat);
      await chat.blocks.block(ann, { userId: eve.userId });
      const [before] = await chat.users.byIds([ann.userId]);
      await chat.users.changeHandle(ann, { handle: `ann-${ann.userId}` });
      await chat.users.updateProfile(ann, { displayName: 'Ann "Ä" 🎉' });
      await chat.contacts.request(ben, { userId: ann.userId });
      await chat.contacts.answer(ann, { fromId: ben.userId, toId: ann.userId }, { accept: true });
      await chat.contacts.update(ann, { userId: ann.userId, otherId: ben.userId }, { alias: 'Benny' });
      await chat.contacts.request(ann, { userId: cat.userId, note: 'It is me', message: 'Shall we walk?' });
      await chat.contacts.request(dan, { userId: ann.userId, note: 'Hello Ann' });
      const group = await groupOf(chat, ben, ann);
      const left = await groupOf(chat, ben, ann);
      const wished = await groupOf(chat, ben);
      await chat.groups.update(ben, { groupId: wished, joinPolicy: 'APPROVAL' });
      await chat.joining.join(ann, { groupId: wished, note: 'Let me in' });
      await say(chat, ann, left, 'goodbye');
      await chat.groups.leave(ann, { groupId: left });
      const { id: direct } = await chat.groups.openDirect(ann, { userId: ben.userId });
      const poll = { type: 'poll', votes: [1, null] };
      const picture = { url: 'https://example.org/a', mediaType: 'image/png' };
      const sendAt = new Date(Date.now() + 3_600_000);
      await chat.scheduled.schedule(ann, {
        conversationId: direct,
        clientMessageId: 'later',
        text: 'Later',
        sendAt,
        poll: { options: ['yes', 'no'] },
      });
      await chat.messages.send(ann, { conversationId: direct, clientMessageId: 'a', text: 'psst', attachments: [picture], data: poll });
      const theirs = await say(chat, ben, group, 'of somebody else');
      const seq = await say(chat, ann, group, 'to be taken back');
      await chat.messages.recall(ann, { conversationId: group, seq });
      await say(chat, ann, group, 'line one\nline "two"\u2028');
      await chat.presence.choose(ann, { choice: 'BUSY', statusText: 'At work' });
      const quietHours = { start: '22:00', end: '07:00', timeZone: 'Europe/Berlin', days: ['FRIDAY'] as const };
      await chat.push.setQuietHours(ann, quietHours);
      await chat.push.setSilentUntil(ann, new Date('2999-01-01T00:00:00.000Z'));
      const p256dh = createECDH('prime256v1').generateKeys('base64url');
      await chat.push.registerWeb(ann, { endpoint: 'https://push.example.org/of-ann', p256dh, auth: 'A'.repeat(22) });
      const threadRoot = { conversationId: group, seq: theirs };
      const writtenAt = new Date();
      await chat.drafts.save(ann, { conversationId: group, text: 'Begun', writtenAt });
      await chat.drafts.save(ann, { conversationId: group, text: 'On', threadRoot, replyTo: threadRoot, data: { files: 1 }, writtenAt });
      await chat.drafts.save(ben, { conversationId: group, text: 'Not hers', writtenAt });
      await chat.drafts.remove(ann, { conversationId: direct, writtenAt });
      await chat.saved.save(ann, { message: threadRoot, note: 'For later' });
      await chat.saved.save(ben, { message: threadRoot, note: 'Not hers' });
      const file = await contents(ann);
      const place = { conversationId: String(group), writtenAt: writtenAt.toISOString(), savedAt: expect.any(String) };
      expect(file.drafts).toEqual([
        { ...place, threadRootSeq: null, text: 'Begun', replyToSeq: null, data: null },
        { ...place, threadRootSeq: theirs, text: 'On', replyToSeq: theirs, data: { files: 1 } },
      ]);
      expect(file.savedMessages).toEqual([{ conversationId: String(group), seq: theirs, note: 'For later', savedAt: expect.any(String) }]);
      expect(JSON.stringify(file)).not.toContain('of somebody else');
      expect(file.profile).toMatchObject({ id: String(ann.userId), displayName: 'Ann "Ä" 🎉' });
      expect(file.formerHandles.map(({ handle }) => handle)).toEqual([before?.handle]);
      expect(file.settings).toEqual({ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: true });
      expect(file.presence).toEqual({ choice: 'BUSY', statusText: 'At work', statusUntil: null });
      expect(file.sessions.map(({ deviceName }) => deviceName)).toEqual(['unknown device']);
      expect(file.quietHours).toEqual(quietHours);
      expect(file.silentUntil).toBe('2999-01-01T00:00:00.000Z');
      expect(file.pushDevices).toEqual([{ kind: 'WEB', sessionId: ann.sessionId, createdAt: expect.any(String) }]);
      expect(file.contacts.map(({ alias, user }) => [alias, user.id])).toEqual([['Benny', String(ben.userId)]]);
      expect(file.contactRequests.map(({ note, message }) => [note, message])).toEqual([
        ['Hello Ann', null],
        ['It is me', 'Shall we walk?'],
      ]);
      expect(file.blocks).toEqual([{ user: expect.objectContaining({ id: String(eve.userId) }), since: expect.any(String) }]);
      expect(file.joinRequests).toEqual([{ conversationId: String(wished), note: 'Let me in', createdAt: expect.any(String) }]);
      expect(file.scheduledMessages).toMatchObject([
        { text: 'Later', poll: { options: ['yes', 'no'] }, sendAt: sendAt.toISOString(), conversationId: String(direct) },
      ]);
      expect(file.conversations.map(({ id, name, state }) => [id, name, state])).toEqual([
        [String(group), 'The group', 'ACTIVE'],
        [String(left), null, 'LEFT'],
        [String(direct), null, 'ACTIVE'],
      ]);
      expect(file.messages?.map(({ attachments }) => attachments)).toEqual([[], [], [expect.objectContaining(picture)]]);
      expect(file.messages?.map(({ data }) => data)).toEqual([null, null, poll]);
      expect(file.messages?.map(({ conversationId, text }) => [conversationId, text])).toEqual([
        [String(group), 'line one\nline "two"\u2028'],
        [String(left), 'goodbye'],
        [String(direct), 'psst'],
      ]);
      expect(JSON.stringify(file)).not.toContain('argon2');
    });

    test('holds all scheduled messages in order, even more than one read returns', async () => {
      const ann = await person(chat);
      const { id: conversationId } = await chat.groups.openDirect(ann, { userId: ann.userId });
      const texts = Array.from({ length: 101 }, (_, place) => String(place));
      const soon = Date.now() + 3_600_000;
      const leave = (text: string, place: number) =>
        chat.scheduled.schedule(ann, { conversationId, clientMessageId: text, text, sendAt: new Date(soon + place) });
      await Promise.all(texts.map(leave));
      expect((await contents(ann)).scheduledMessages.map(({ text }) => text)).toEqual(texts);
    });

    test('holds the user’s own reactions and poll votes with place and time, not those of others or on recalled messages', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const [group, left] = [await groupOf(chat, ben, ann), await groupOf(chat, ben, ann)];
      const { id: direct } = await chat.groups.openDirect(ben, { userId: ann.userId });
      const said = { conversationId: group, seq: await say(chat, ben, group, 'of somebody else') };
      const gone = { conversationId: group, seq: await say(chat, ben, group, 'taken back') };
      const before = Date.now();
      const react = (viewer: Viewer, message: MessageRef, emoji: string) => chat.messages.addReaction(viewer, { message, emoji });
      for (const emoji of ['🎉', '👍', '😀']) await react(ann, said, emoji);
      await chat.messages.removeReaction(ann, { message: said, emoji: '😀' });
      await react(ben, said, '❤️');
      await react(ann, gone, '👍');
      const [open, secret, dropped] = [
        await ask(chat, ben, group, { options: ['soup', 'rice', 'cake'], multiple: true }),
        await ask(chat, ben, direct, { options: ['yes', 'no'], anonymous: true }),
        await ask(chat, ben, group, { options: ['one', 'two'] }),
      ];
      await vote(chat, ann, open, 0, 2);
      await vote(chat, ann, open, 1, 2);
      await vote(chat, ben, open, 0);
      await vote(chat, ann, secret, 1);
      await vote(chat, ann, dropped, 0);
      for (const message of [gone, dropped]) await chat.messages.recall(ben, message);
      const elsewhere = await ask(chat, ben, left, { options: ['stay', 'go'] });
      await vote(chat, ann, elsewhere, 1);
      await chat.groups.leave(ann, { groupId: left });
      // The other conversation has an entry with the same seq.
      const party = await db.client.entry.findFirst({ where: { streamId: group, type: 'ReactionsChanged' }, orderBy: { seq: 'asc' } });
      for (const messages of [true, false]) {
        const { reactions, pollVotes } = await contents(ann, messages);
        const at = expect.any(String);
        const there = { conversationId: String(group), seq: said.seq, at };
        expect(reactions).toHaveLength(2);
        expect(reactions).toEqual(
          expect.arrayContaining([
            { ...there, emoji: '🎉', at: party?.at.toISOString() },
            { ...there, emoji: '👍' },
          ]),
        );
        expect(pollVotes).toEqual([
          { conversationId: String(group), seq: open.seq, option: 'rice', at },
          { conversationId: String(group), seq: open.seq, option: 'cake', at },
          { conversationId: String(left), seq: elsewhere.seq, option: 'go', at },
          // Nobody knows when somebody voted in an anonymous poll.
          { conversationId: String(direct), seq: secret.seq, option: 'no', at: null },
        ]);
        for (const { at: moment } of [...reactions, ...pollVotes.slice(0, 3)])
          expect(Math.abs(Date.parse(moment ?? '') - before)).toBeLessThan(60_000);
      }
      // A choice that stays has the time when it was made, not that of a later choice.
      const rows = await db.client.pollVote.findMany({ where: { userId: ann.userId, messageSeq: open.seq, conversationId: group } });
      const entries = rows.toSorted((one, other) => one.choice - other.choice).map(({ seq }) => seq ?? 0);
      expect(entries[0]).toBe((entries[1] ?? 0) + 1);
    });

    test('holds all reactions and votes of a conversation with more than one read returns', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const group = await groupOf(chat, ben, ann);
      const seqs: number[] = [];
      for (const text of ['Well?', 'And?', 'So?', 'Now?']) seqs.push(await say(chat, ben, group, text));
      const polls = await Promise.all(Array.from({ length: 4 }, () => ask(chat, ben, group)));
      for (const messageSeq of seqs)
        await chat.messages.addReaction(ann, { message: { conversationId: group, seq: messageSeq }, emoji: '👍' });
      for (const poll of polls) await vote(chat, ann, poll, 1);
      // Two thousand reactions or votes of other users on each.
      const crowd = Array.from({ length: 2_000 }, (_, at) => 1_000_000n + BigInt(at));
      const of = { conversationId: group };
      for (const messageSeq of seqs) {
        const data = crowd.map((userId) => ({ ...of, messageSeq, emoji: '👍', userId, seq: messageSeq }));
        await db.transaction((tx) => tx.reaction.createMany({ data }));
      }
      for (const { seq: messageSeq } of polls) {
        const data = crowd.map((userId) => ({ ...of, messageSeq, choice: 1, userId }));
        await db.transaction((tx) => tx.pollVote.createMany({ data }));
      }
      const { reactions, pollVotes } = await contents(ann);
      expect(reactions.map((reaction) => reaction.seq)).toEqual(seqs);
      expect(pollVotes.map((chosen) => chosen.seq)).toEqual(polls.map((poll) => poll.seq).toSorted((one, other) => one - other));
    });

    test('holds the user’s own reports, without the reported messages and the outcome', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const group = await groupOf(chat, ann, ben);
      const message = { conversationId: group, seq: await say(chat, ben, group, 'a secret of Ben') };
      await chat.reports.message(ann, { message, reason: 'HATE', note: 'it hurts' });
      await chat.reports.user(ann, { userId: ben.userId, reason: 'SPAM' });
      await chat.reports.user(ben, { userId: ann.userId, reason: 'SPAM' });
      const { items } = await chat.moderation.queue({ state: 'OPEN', first: 1, kind: 'USER' });
      for (const { key: itemId } of items) await chat.moderation.resolve(null, { itemId, action: 'DISMISS', note: 'no' });
      const file = await contents(ann);
      expect(JSON.stringify(file)).not.toContain('a secret of Ben');
      expect(file.reports).toEqual([
        { conversationId: String(group), seq: message.seq, reason: 'HATE', note: 'it hurts', at: expect.any(String) },
        { user: expect.objectContaining({ id: String(ben.userId) }), reason: 'SPAM', note: null, at: expect.any(String) },
      ]);
    });

    test('leaves out messages on request', async () => {
      const ann = await person(chat);
      await say(chat, ann, await groupOf(chat, ann), 'something');
      expect(Object.keys(await contents(ann, false))).not.toContain('messages');
      expect((await contents(ann)).messages).toHaveLength(1);
    });

    test('of several parts is joined again byte by byte', async () => {
      const ann = await person(chat);
      const group = await groupOf(chat, ann);
      const text = '🎉ä'.repeat(3_500);
      await Promise.all(Array.from({ length: 130 }, () => say(chat, ann, group, text)));
      const file = await made(ann);
      expect(await parts(file)).toBeGreaterThan(2);
      const { messages } = JSON.parse(String(await download(file))) as Contents;
      expect(messages).toHaveLength(130);
      expect(new Set(messages?.map((message) => message.text))).toEqual(new Set([text]));
      expect(messages?.map(({ seq }) => seq)).toEqual(messages?.map(({ seq }) => seq).toSorted((one, other) => one - other));
    });

    test('is announced to the user when it is requested, ready and gone', async () => {
      const ann = await person(chat);
      const { id } = await chat.exports.request(ann, { messages: true });
      expect(await chat.exports.list(ann)).toEqual([
        { id, userId: ann.userId, state: 'PENDING', createdAt: expect.any(Date), readyAt: null, expiresAt: null, bytes: null },
      ]);
      expect(await entries(ann)).toEqual(['SessionStarted', 'DataExportChanged']);
      await chat.jobs.doDue();
      const [file] = await chat.exports.list(ann);
      expect(file).toMatchObject({ id, state: 'READY', bytes: expect.any(Number) });
      expect((file?.expiresAt?.getTime() ?? 0) - (file?.readyAt?.getTime() ?? 0)).toBe(7 * 86_400_000);
      if (file === undefined) return expect.fail();
      await expire(file);
      expect(await chat.exports.list(ann)).toEqual([]);
      expect(await download(file)).toBeNull();
      await chat.jobs.doDue();
      expect(await parts(file)).toBe(0);
      expect(await entries(ann)).toEqual(['SessionStarted', ...Array(3).fill('DataExportChanged')]);
    });

    test('is one file, however often it is requested while it is being made', async () => {
      const ann = await person(chat);
      const asked = await Promise.all(Array.from({ length: 5 }, () => chat.exports.request(ann, { messages: true })));
      const ids = new Set([...asked, await chat.exports.request(ann, { messages: true })].map(({ id }) => id));
      expect(ids.size).toBe(1);
      expect(await entries(ann)).toEqual(['SessionStarted', 'DataExportChanged']);
      await chat.jobs.doDue();
      expect(await chat.exports.list(ann)).toHaveLength(1);
    });

    test('that is pending for a day is begun again on request if its job has failed for good, and only then', async () => {
      const ann = await person(chat);
      const { id } = await chat.exports.request(ann, { messages: false });
      const where = { kind_key: { kind: 'DataExport', key: id } };
      const later = new Date(Date.now() + 3_600_000);
      const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
      await db.transaction((tx) => tx.dataExport.update({ where: { id: uuidBytes(id) }, data: { createdAt: twoDaysAgo } }));
      await db.transaction((tx) => tx.job.update({ where, data: { attempts: 5, dueAt: later } }));
      expect((await chat.exports.request(ann, { messages: false })).id).toBe(id);
      expect(await db.client.job.findUnique({ where })).toMatchObject({ attempts: 5, dueAt: later });
      await db.transaction((tx) => tx.job.update({ where, data: { state: 'DEAD' } }));
      await chat.exports.request(ann, { messages: false });
      await chat.jobs.doDue();
      expect(await chat.exports.byId(ann, id)).toMatchObject({ state: 'READY' });
    });

    test('can be requested a few times a day at most', async () => {
      const ann = await person(chat);
      for (let count = 0; count < 3; count += 1) await made(ann, false);
      await expect(chat.exports.request(ann, { messages: false })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
      });
      expect(await chat.exports.list(ann)).toHaveLength(3);
    });

    test('that two nodes make at once is whole and made once', async () => {
      const ann = await person(chat);
      await say(chat, ann, await groupOf(chat, ann), 'x'.repeat(8_000));
      const { id: exportId } = await chat.exports.request(ann, { messages: true });
      const wanted = { userId: ann.userId, exportId, messages: true };
      const never = new AbortController().signal;
      await Promise.allSettled([chat.exports.make(wanted, never), chat.exports.make(wanted, never), chat.jobs.doDue()]);
      // A node that was overtaken has given up. A later call finishes what is not done.
      await chat.exports.make(wanted, never);
      const [file] = await chat.exports.list(ann);
      if (file === undefined) return expect.fail();
      expect((JSON.parse(String(await download(file))) as Contents).messages).toHaveLength(1);
      expect((await entries(ann)).filter((type) => type === 'DataExportChanged')).toHaveLength(2);
    });

    test('that becomes too large to be made is ended, and leaves nothing', async () => {
      const ann = await person(chat);
      const { id: exportId } = await chat.exports.request(ann, { messages: true });
      const making = { ...chat, logger: pino({ level: 'silent' }), config: { exportDays: 7, exportsPerDay: 3 }, mostBytes: 100 };
      const log = createLog({ db, bus: createMemoryBus(), logger: making.logger });
      await makeExport({ ...making, db, log }, { userId: ann.userId, exportId, messages: true }, new AbortController().signal);
      expect(await chat.exports.list(ann)).toEqual([]);
      expect(await db.client.dataExportPart.count({ where: { exportId: uuidBytes(exportId) } })).toBe(0);
      // The job that made it has nothing left to do.
      await chat.jobs.doDue();
      expect(await chat.exports.byId(ann, exportId)).toBeNull();
      expect(await entries(ann)).toEqual(['SessionStarted', 'DataExportChanged', 'DataExportChanged']);
      await log[Symbol.asyncDispose]();
    });

    test('opens only by its own link, not by one of another file, changed, forged or expired', async () => {
      const [ann, ben] = [await person(chat), await person(chat)];
      const [file, other] = [await made(ann), await made(ben)];
      const [id, proof] = linkOf(file);
      expect(await chat.exports.open(id, proof)).not.toBeNull();
      const elsewhere = chatOver(db);
      const [, forged] = ((link) =>
        [link.pathname, { until: Number(link.searchParams.get('until')), signature: link.searchParams.get('signature') ?? '' }] as const)(
        new URL(elsewhere.exports.link(file) ?? '/', 'http://node'),
      );
      await elsewhere[Symbol.asyncDispose]();
      const wrong: readonly (readonly [string, LinkProof])[] = [
        [other.id, proof],
        [id, linkOf(other)[1]],
        [id, forged],
        [id, { ...proof, until: proof.until + 1_800 }],
        [id, { ...proof, until: 1 }],
        [id, { ...proof, until: Number.NaN }],
        [id, { ...proof, signature: '' }],
        [id, { ...proof, signature: proof.signature.slice(0, -1) }],
        [id.toUpperCase(), proof],
        ['nonsense', proof],
      ];
      for (const [place, [name, tried]] of wrong.entries()) expect(await chat.exports.open(name, tried), String(place)).toBeNull();
      expect(await chat.exports.byId(ben, id)).toBeNull();
    });

    test('is deleted with the account, also while it is being made', async () => {
      const ann = await person(chat);
      const file = await made(ann);
      const { id: exportId } = await chat.exports.request(ann, { messages: true });
      await chat.users.erase(ann, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
      await chat.jobs.doDue();
      await chat.exports.make({ userId: ann.userId, exportId, messages: true }, new AbortController().signal);
      expect(await download(file)).toBeNull();
      expect(await parts(file)).toBe(0);
      expect(await db.client.dataExport.count({ where: { userId: ann.userId } })).toBe(0);
    });
  });
}
