import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AddMembersDocument,
  EditMessageDocument,
  EditsDocument,
  EditsInPageDocument,
  FollowTextsDocument,
  type FollowTextsSubscription,
  HistoryDocument,
  RecallMessageDocument,
  RemoveMemberDocument,
  SendAgainDocument,
  SendMessageDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, type Sent, world } from '../support/world.ts';

const chat = world({ MAX_MESSAGE_LENGTH: '100' });

async function edit(as: Person, messageId: string, text: string) {
  return (await chat.ask(EditMessageDocument, { input: { messageId, text } }, as)).editMessage;
}

async function recall(as: Person, messageId: string) {
  return (await chat.ask(RecallMessageDocument, { input: { messageId } }, as)).recallMessage;
}

/** Reads the earlier texts of a message, as a user sees them. */
async function editsOf(as: Person, id: string, page: { readonly first?: number; readonly after?: string } = {}) {
  const { node } = await chat.ask(EditsDocument, { id, ...page }, as);
  return node !== null && 'viewerEdits' in node ? node.viewerEdits : undefined;
}

function textsIn(edits: Awaited<ReturnType<typeof editsOf>>): readonly string[] | undefined {
  return edits?.edges.map(({ node }) => node.text);
}

async function shownTo(as: Person, id: string): Promise<readonly string[]> {
  const { conversation } = await chat.ask(HistoryDocument, { id, last: 100 }, as);
  return given(conversation, []).messages.edges.map(({ node }) => node.text);
}

/** A group of three, in which the second member has sent a message. */
async function scene(text = 'helo') {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const conversationId = await chat.group(ann, ben, cat);
  return { ann, ben, cat, conversationId, sent: await chat.say(ben, conversationId, text) };
}

/** Ids of messages that do not exist, and malformed ids. */
function strange(conversationId: string, { id }: Person) {
  const raw = Buffer.from(conversationId, 'base64url').toString().split(':')[1];
  const absent = [`Message:${raw}:1`, `Message:${raw}:999`, 'Message:9000000000:1'];
  return { absent: absent.map((text) => Buffer.from(text).toString('base64url')), malformed: ['', 'x', id, conversationId] };
}

describe('editMessage', () => {
  it('changes the text that all members see, in its place', async () => {
    const { ann, ben, conversationId, sent } = await scene();
    await chat.say(ann, conversationId, 'an answer');
    const { message, errors } = await edit(ben, sent.id, ' hello 👩‍👩‍👧‍👦 \u202e');
    expect(errors).toEqual([]);
    expect(message).toMatchObject({ id: sent.id, seq: sent.seq, text: ' hello 👩‍👩‍👧‍👦 \u202e', recalledAt: null });
    expect(Date.parse(message?.editedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(message?.sentAt ?? ''));
    expect(await shownTo(ann, conversationId)).toEqual([' hello 👩‍👩‍👧‍👦 \u202e', 'an answer']);
  });

  it('is one event with the current text, and repeating it has no effect', async () => {
    const { ann, ben, conversationId, sent } = await scene();
    const live = chat.listen(ann);
    await live.ready();
    const { message } = await edit(ben, sent.id, 'hello');
    await edit(ben, sent.id, 'hello');
    await chat.say(ben, conversationId, 'next');
    expect(await live.next()).toMatchObject({
      ...{ __typename: 'MessageEdited', streamId: conversationId, seq: sent.seq + 1, at: message?.editedAt },
      ...{ actor: { id: ben.id }, conversation: { id: conversationId } },
      message: { id: sent.id, text: 'hello', editedAt: message?.editedAt },
    });
    expect(await live.next()).toMatchObject({ __typename: 'MessageSent', seq: sent.seq + 2 });
  });

  it.each(['', ' \n', '\u200b', 'a\0b', '\ud800', 'x'.repeat(101)])('refuses a text that cannot be sent either: %j', async (text) => {
    const { ben, conversationId, sent } = await scene();
    const { message, errors } = await edit(ben, sent.id, text);
    expect([message, refusals(errors)]).toEqual([null, ['INVALID_INPUT input.text']]);
    expect(await shownTo(ben, conversationId)).toEqual(['helo']);
  });

  it('is allowed to the sender only, and a user who cannot see the message gets NOT_FOUND as if it did not exist', async () => {
    const { ann, ben, cat, conversationId, sent } = await scene();
    const [eve] = await chat.people('eve');
    for (const other of [ann, cat]) expect(refusals((await edit(other, sent.id, 'hello')).errors)).toEqual(['FORBIDDEN input.messageId']);
    const { absent, malformed } = strange(conversationId, ben);
    const refused = await edit(eve, sent.id, 'hello');
    expect(refusals(refused.errors)).toEqual(['NOT_FOUND input.messageId']);
    for (const id of absent) expect(await edit(ben, id, 'hello')).toEqual(refused);
    for (const id of malformed) expect(refusals((await edit(ben, id, 'hello')).errors)).toEqual(['INVALID_INPUT input.messageId']);
    await chat.ask(RemoveMemberDocument, { input: { groupId: conversationId, userId: ben.id } }, ann);
    expect(await edit(ben, sent.id, 'hello')).toEqual(refused);
    expect(await shownTo(ann, conversationId)).toEqual(['helo']);
  });
});

describe('recallMessage', () => {
  it('leaves a tombstone in the message’s place, and quotes of the message are empty too', async () => {
    const { ann, ben, conversationId, sent } = await scene('oops');
    const answer = { conversationId, clientMessageId: randomUUID(), text: 'what?', replyToId: sent.id };
    await chat.ask(SendMessageDocument, { input: answer }, ann);
    const { message, errors } = await recall(ben, sent.id);
    expect(errors).toEqual([]);
    expect(message).toMatchObject({ id: sent.id, seq: sent.seq, text: '', sender: { id: ben.id }, editedAt: null });
    expect(await recall(ben, sent.id)).toEqual({ message, errors });
    const { conversation } = await chat.ask(EditsInPageDocument, { id: conversationId }, ann);
    expect(conversation?.messages.edges).toMatchObject([{ node: { text: '' } }, { node: { text: 'what?', replyTo: { text: '' } } }]);
  });

  it('is one event with the tombstone, and repeating it has no effect', async () => {
    const { ann, ben, conversationId, sent } = await scene('oops');
    const live = chat.listen(ann);
    await live.ready();
    await recall(ben, sent.id);
    await recall(ann, sent.id);
    await chat.say(ben, conversationId, 'next');
    const event = await live.next();
    expect(event).toMatchObject({ __typename: 'MessageRecalled', seq: sent.seq + 1, actor: { id: ben.id } });
    expect(event).toMatchObject({ message: { id: sent.id, text: '', recalledAt: event.at } });
    expect(await live.next()).toMatchObject({ __typename: 'MessageSent', seq: sent.seq + 2 });
  });

  it('is allowed to the sender and to admins, and a user who cannot see the message gets NOT_FOUND as if it did not exist', async () => {
    const { ann, ben, cat, conversationId, sent } = await scene('oops');
    const [eve] = await chat.people('eve');
    expect(refusals((await recall(cat, sent.id)).errors)).toEqual(['FORBIDDEN input.messageId']);
    const { absent, malformed } = strange(conversationId, ben);
    const refused = await recall(eve, sent.id);
    expect(refusals(refused.errors)).toEqual(['NOT_FOUND input.messageId']);
    for (const id of absent) expect(await recall(ann, id)).toEqual(refused);
    for (const id of malformed) expect(refusals((await recall(ann, id)).errors)).toEqual(['INVALID_INPUT input.messageId']);
    expect(await shownTo(cat, conversationId)).toEqual(['oops']);
    expect((await recall(ann, sent.id)).errors).toEqual([]);
    expect(await shownTo(cat, conversationId)).toEqual(['']);
    expect(refusals((await edit(ben, sent.id, 'oops')).errors)).toEqual(['INVALID_INPUT input.messageId']);
  });
});

describe('windows for edits and recalls', () => {
  const hasty = world({ EDIT_WINDOW_SECONDS: '0', RECALL_WINDOW_SECONDS: '0' });

  it('that are over refuse an edit or recall by the sender, and admins can still recall the message', async () => {
    const [ann, ben] = await hasty.people('ann', 'ben');
    const group = await hasty.group(ann, ben);
    const { id: messageId } = await hasty.say(ben, group, 'too late');
    const { editMessage } = await hasty.ask(EditMessageDocument, { input: { messageId, text: 'in time' } }, ben);
    expect(refusals(editMessage.errors)).toEqual(['TOO_LATE input.messageId']);
    for (const [person, outcome] of [
      [ben, ['TOO_LATE input.messageId']],
      [ann, []],
    ] as const) {
      const { recallMessage } = await hasty.ask(RecallMessageDocument, { input: { messageId } }, person);
      expect(refusals(recallMessage.errors)).toEqual(outcome);
    }
  });
});

describe('viewerEdits', () => {
  it('are the earlier texts, in pages, for the sender and for admins', async () => {
    const { ann, ben, cat, sent } = await scene('0');
    expect(textsIn(await editsOf(ben, sent.id))).toEqual([]);
    const changes: { readonly text: string; readonly at: unknown }[] = [];
    for (const text of ['1', '2', '3']) changes.push({ text, at: (await edit(ben, sent.id, text)).message?.editedAt });
    for (const person of [ann, ben]) expect(textsIn(await editsOf(person, sent.id))).toEqual(['2', '1', '0']);
    expect(await editsOf(cat, sent.id)).toBeNull();
    const first = await editsOf(ben, sent.id, { first: 2 });
    expect(first).toMatchObject({
      edges: [
        { node: { text: '2', seq: sent.seq + 3, editedAt: changes[2]?.at } },
        { node: { text: '1', seq: sent.seq + 2, editedAt: changes[1]?.at } },
      ],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const rest = await editsOf(ben, sent.id, { first: 2, after: first?.pageInfo.endCursor ?? '' });
    expect(rest).toMatchObject({ edges: [{ node: { text: '0' } }], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    const refused = await chat.post(EditsDocument, { id: sent.id, after: sent.cursor }, ben);
    expect(refusals(refused.errors)).toEqual(['BAD_USER_INPUT after']);
  });

  it('are gone once the message is recalled', async () => {
    const { ann, ben, sent } = await scene('0');
    await edit(ben, sent.id, '1');
    await recall(ben, sent.id);
    for (const person of [ann, ben]) expect(textsIn(await editsOf(person, sent.id))).toEqual([]);
  });

  it('of a message from before the viewer rejoined are null, even if the message is quoted', async () => {
    const { ann, ben, conversationId, sent } = await scene('0');
    await edit(ben, sent.id, '1');
    await chat.ask(RemoveMemberDocument, { input: { groupId: conversationId, userId: ben.id } }, ann);
    await chat.ask(AddMembersDocument, { input: { groupId: conversationId, userIds: [ben.id] } }, ann);
    const answer = { conversationId, clientMessageId: randomUUID(), text: 'yes', replyToId: sent.id };
    await chat.ask(SendMessageDocument, { input: answer }, ann);
    const shown = async (as: Person) =>
      (await chat.ask(EditsInPageDocument, { id: conversationId }, as)).conversation?.messages.edges.at(-1);
    expect(await shown(ben)).toMatchObject({ node: { text: 'yes', replyTo: { text: '1', viewerEdits: null }, viewerEdits: null } });
    expect(await shown(ann)).toMatchObject({
      node: { text: 'yes', replyTo: { text: '1', viewerEdits: { edges: [{ node: { text: '0' } }] } }, viewerEdits: { edges: [] } },
    });
  });
});

describe('sendMessage, repeated with its clientMessageId', () => {
  it('returns the current message: as sent, edited or recalled', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const input = { conversationId: await chat.direct(ann, ben), clientMessageId: randomUUID(), text: 'helo' };
    const again = async () => (await chat.ask(SendAgainDocument, { input }, ann)).sendMessage;
    const { messageEdge } = await again();
    const id = messageEdge?.node.id ?? '';
    const edited = await edit(ann, id, 'hello');
    expect(await again()).toEqual({ messageEdge: { cursor: messageEdge?.cursor, node: edited.message }, errors: [] });
    expect(refusals((await chat.ask(SendAgainDocument, { input: { ...input, text: 'hello' } }, ann)).sendMessage.errors)).toEqual([
      'CONFLICT input.clientMessageId',
    ]);
    const recalled = await recall(ann, id);
    expect(await again()).toEqual({ messageEdge: { cursor: messageEdge?.cursor, node: recalled.message }, errors: [] });
    expect(await shownTo(ben, input.conversationId)).toEqual(['']);
  });
});

type Shown = FollowTextsSubscription['conversationEvents'];

function textOf(event: Shown): string | undefined {
  if ('messageEdge' in event) return event.messageEdge?.node.text;
  return 'message' in event ? event.message?.text : undefined;
}

describe('a subscription to a conversation', () => {
  /** Each event up to a seq, with the text that it shows. */
  async function follow(as: Person, conversationId: string, { after, until }: { readonly after: number; readonly until: number }) {
    const told: { readonly seq: number; readonly text: string | undefined }[] = [];
    for await (const { data } of subscribe(chat.socket(as), FollowTextsDocument, { conversationId, after })) {
      const event = data?.conversationEvents;
      if (event === undefined || !('seq' in event)) continue;
      told.push({ seq: event.seq, text: textOf(event) });
      if (event.seq >= until) break;
    }
    return told;
  }

  /** Edits all these messages concurrently, several times. */
  async function change(ben: Person, sent: readonly Sent[], versions: number): Promise<void> {
    for (let version = 1; version <= versions; version += 1) {
      await Promise.all(sent.map(({ id }, place) => edit(ben, id, `${place}.${version}`)));
    }
  }

  it('never shows a text older than its event, live or during catch-up', async () => {
    const { ann, ben, cat, conversationId } = await scene();
    const [messages, versions] = [5, 6];
    const sent = await Promise.all(Array.from({ length: messages }, (_, place) => chat.say(ben, conversationId, `${place}.0`)));
    const start = Math.max(...sent.map(({ seq }) => seq));
    const until = start + messages * versions;
    const live = [ann, cat, ben].map((person) => follow(person, conversationId, { after: start, until }));
    await change(ben, sent, versions);
    const later = follow(ann, conversationId, { after: start, until });
    for (const told of await Promise.all([...live, later])) {
      expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: messages * versions }, (_, n) => start + 1 + n));
      // For one message, the n-th event shows its n-th version or a later one, and versions never go back.
      const versionsOf = Map.groupBy(told, ({ text = '' }) => text.split('.')[0]);
      for (const events of versionsOf.values()) {
        const shown = events.map(({ text = '' }) => Number(text.split('.')[1]));
        expect(shown).toEqual(shown.toSorted((one, other) => one - other));
        for (const [n, version] of shown.entries()) expect(version).toBeGreaterThan(n);
        expect(shown).toHaveLength(versions);
      }
    }
  });

  it('shows nothing of a recalled message, even while others keep the message in memory', async () => {
    const { ann, ben, cat, conversationId, sent } = await scene('secret');
    const live = chat.listen(cat);
    await live.ready();
    const answer = { conversationId, clientMessageId: randomUUID(), text: 'what?', replyToId: sent.id };
    const other = await chat.say(ben, conversationId, 'secret too');
    await edit(ben, other.id, 'secret as well');
    await chat.ask(SendMessageDocument, { input: answer }, ann);
    for (const { id } of [sent, other]) await recall(ben, id);
    const until = other.seq + 4;
    await live.until((event) => 'seq' in event && event.seq === until);
    const told = await follow(ann, conversationId, { after: sent.seq - 1, until });
    expect(told.map(({ text }) => text)).toEqual(['', '', '', 'what?', '', '']);
    live.stop();
  });
});
