import { expect, onTestFinished, test, vi } from 'vitest';
import type { Ask } from '../../web/api/ask.ts';
import { ResponseError } from '../../web/api/post.ts';
import { type Chat, type ChatParts, createChat } from '../../web/chat/chat.ts';
import { type Said, type State, withRead, withRoomRead, withThreadRead } from '../../web/chat/state.ts';
import { chosenOf } from '../../web/chat/votes.ts';
import { inOrder } from '../../web/chat/words.ts';
import { EverythingDocument, MoreDocument, RoomDocument, ThreadDocument } from '../../web/generated/graphql.ts';
import { cuttableWorld } from '../client/cuttable-world.ts';
import { socketTo } from '../client/follower.ts';
import { turn } from '../client/scripted.ts';
import { listedStorage } from '../client/storage.ts';
import { ageIn } from '../retention/age.ts';
import {
  AddMembersDocument,
  AddReactionDocument,
  ClearConversationDocument,
  DeleteAccountDocument,
  EditMessageDocument,
  HideMessageDocument,
  LeaveGroupDocument,
  MarkReadDocument,
  MarkUnreadDocument,
  PinMessageDocument,
  RecallMessageDocument,
  RemoveMemberDocument,
  SendMessageDocument,
  UpdateGroupDocument,
  UpdateMembershipDocument,
  UpdateProfileDocument,
  VotePollDocument,
} from '../support/generated/graphql.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { given, type Person, password } from '../support/world.ts';

const world = cuttableWorld();

function askAs({ token }: Person): Ask {
  return async (document, variables) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(`${world.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: document, variables }) });
    const { data, errors } = (await response.json()) as { data: never; errors?: [] };
    if (errors !== undefined) throw new ResponseError(errors);
    return data;
  };
}

/** The demo app of a user without its screen, over a connection that can be cut. */
async function openApp(person: Person, parts: Partial<ChatParts> = {}): Promise<Chat> {
  const ask = askAs(person);
  const chat = createChat({
    ask,
    first: given((await ask(EverythingDocument, {})).viewer, []),
    subscribe: socketTo(world.link.url, () => person.token).subscribe,
    session: { refresh: async () => true, signOut: async () => undefined },
    storage: listedStorage(),
    ...parts,
  });
  onTestFinished(chat.stop);
  return chat;
}

/** The part of its state that shows the viewer and their conversations. */
function shown({ me, conversations, rooms, thread }: State) {
  return { me, conversations: Object.fromEntries(conversations), rooms: Object.fromEntries(rooms), thread };
}

/** The same part after a fresh start, with the same conversations open. */
async function readAnew(person: Person, state: State) {
  const ask = askAs(person);
  let fresh = withRead(state, given((await ask(EverythingDocument, {})).viewer, []));
  for (const id of state.rooms.keys()) fresh = withRoomRead(fresh, id, (await ask(RoomDocument, { id })).conversation);
  if (state.thread !== null) {
    const { conversationId, by } = state.thread;
    const { node } = await ask(ThreadDocument, { id: by });
    if (node?.__typename === 'Message') fresh = withThreadRead(fresh, conversationId, by, node.threadRoot ?? node);
  }
  return shown(fresh);
}

test('after each act the app shows the same as after a fresh start, also if its connection breaks meanwhile', async () => {
  const [ann, ben, cy] = await world.people('ann', 'ben', 'cy');
  const app = await openApp(ann);
  const { ask } = world;
  const direct = await world.direct(ben, ann);
  const first = await world.say(ben, direct, 'Hello');
  await expect.poll(() => app.state.get().conversations.has(direct)).toBe(true);
  app.lookAt(direct);
  await expect.poll(() => app.state.get().rooms.has(direct)).toBe(true);
  const group = await world.group(ben, ann, cy);
  const greeting = await world.say(cy, group, 'Good morning');
  let back = greeting;

  function saidIn(conversationId: string, at: number): Said {
    for (const entry of app.state.get().rooms.get(conversationId)?.entries ?? [])
      if (entry.__typename === 'MessageSent' && entry.seq === at && entry.messageEdge !== null) return entry.messageEdge.node;
    throw new Error(`nothing was said at ${at}`);
  }

  function replyTo(threadRootId: string, text: string, by: Person): Promise<unknown> {
    return ask(SendMessageDocument, { input: { conversationId: group, clientMessageId: text, text, threadRootId } }, by);
  }

  function inThread(at: number): Said {
    return given(app.state.get().thread?.replies[at], []);
  }

  function askAll(text: string, poll: { readonly options: readonly string[] }): Promise<unknown> {
    return ask(SendMessageDocument, { input: { conversationId: group, clientMessageId: text, text, poll } }, ben);
  }

  function asked(text: string): Said {
    const all = app.state.get().rooms.get(group)?.entries ?? [];
    const found = all.flatMap((entry) => (entry.__typename === 'MessageSent' && entry.messageEdge !== null ? entry.messageEdge.node : []));
    return given(
      found.find((one) => one.text === text),
      [],
    );
  }

  function optionOf(text: string, at: number): string {
    return given(asked(text).poll?.options[at], []).id;
  }

  function choose(text: string, by: Person, ...at: number[]): Promise<unknown> {
    return ask(VotePollDocument, { input: { messageId: asked(text).id, optionIds: at.map((one) => optionOf(text, one)) } }, by);
  }

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    'somebody writes': () => world.sayAll(ben, direct, ['one', 'two']),
    'the viewer has seen it': async () => app.see(direct),
    'the viewer answers': async () => app.say({ conversationId: direct, text: 'three' }),
    'the other side has read it': async () => {
      await expect.poll(() => app.state.get().waiting).toEqual([]);
      const seq = app.state.get().conversations.get(direct)?.lastSeq ?? 0;
      await ask(MarkReadDocument, { input: { conversationId: direct, seq } }, ben);
    },
    'somebody attaches a file, and says nothing': () => {
      const attachments = [{ url: 'https://files.example.org/dog.jpg', mediaType: 'image/jpeg', name: 'dog.jpg' }];
      return ask(SendMessageDocument, { input: { conversationId: direct, clientMessageId: 'a dog', text: '', attachments } }, ben);
    },
    'it is answered': () => {
      const input = { conversationId: direct, clientMessageId: 'an answer', text: 'Hello to you', replyToId: first.id };
      return ask(SendMessageDocument, { input }, ann);
    },
    'a message is edited': () => ask(EditMessageDocument, { input: { messageId: first.id, text: 'Hello!' } }, ben),
    'a message is taken back': () => ask(RecallMessageDocument, { input: { messageId: first.id } }, ben),
    'the group is looked at': async () => app.lookAt(group),
    'somebody reacts': () => ask(AddReactionDocument, { input: { messageId: greeting.id, emoji: '👍' } }, ben),
    'the viewer does, too, on another device': () => ask(AddReactionDocument, { input: { messageId: greeting.id, emoji: '🎉' } }, ann),
    'and once more here': async () => expect(await app.acts.react(saidIn(group, greeting.seq), '👍')).toBeNull(),
    'the viewer takes it off': async () => {
      await expect.poll(() => saidIn(group, greeting.seq).viewerReactions).toEqual(['🎉', '👍']);
      expect(await app.acts.react(saidIn(group, greeting.seq), '👍')).toBeNull();
    },
    'somebody pins': () => ask(PinMessageDocument, { input: { messageId: greeting.id } }, ben),
    'the group is renamed': () => ask(UpdateGroupDocument, { input: { groupId: group, name: 'Another name' } }, ben),
    'somebody leaves': () => ask(LeaveGroupDocument, { input: { groupId: group } }, cy),
    'they are added again, and say so': async () => {
      await ask(AddMembersDocument, { input: { groupId: group, userIds: [cy.id] } }, ben);
      back = await world.say(cy, group, 'Back');
    },
    'the viewer has read it on another device': () => ask(MarkReadDocument, { input: { conversationId: group, seq: greeting.seq } }, ann),
    'the viewer marks it as unread there': () => ask(MarkUnreadDocument, { input: { conversationId: group, fromSeq: greeting.seq } }, ann),
    'somebody replies in a thread': () => replyTo(back.id, 'Slept well?', ben),
    'the viewer looks at it': async () => {
      app.lookAt(group, back.id);
      await expect.poll(() => app.state.get().thread?.replies.map(({ text }) => text)).toEqual(['Slept well?']);
      app.seeThread();
    },
    'somebody else replies': () => replyTo(back.id, 'Like a stone', cy),
    'the viewer does': async () => app.say({ conversationId: group, text: 'Me too', threadRootId: back.id }),
    'a reply is edited': () => ask(EditMessageDocument, { input: { messageId: inThread(1).id, text: 'Like a log' } }, cy),
    'somebody reacts to it': () => ask(AddReactionDocument, { input: { messageId: inThread(1).id, emoji: '👍' } }, ben),
    'the viewer does so': async () => expect(await app.acts.react(inThread(1), '👍')).toBeNull(),
    'what the thread is about is edited': () => ask(EditMessageDocument, { input: { messageId: back.id, text: 'Here again' } }, cy),
    'a reply is taken back': () => ask(RecallMessageDocument, { input: { messageId: inThread(0).id } }, ben),
    'the viewer looks at it by one of its replies': async () => {
      app.lookAt(group, inThread(2).id);
      await expect.poll(() => app.state.get().thread?.root.id).toBe(back.id);
    },
    'somebody replies to a reply': () => replyTo(inThread(2).id, 'Good for you', ben),
    'somebody asks': () => askAll('lunch', { options: ['soup', 'bread', 'rice'] }),
    'somebody chooses': () => choose('lunch', cy, 0),
    'the viewer chooses': async () => expect(await app.acts.choose(asked('lunch'), optionOf('lunch', 1))).toBeNull(),
    'the viewer chooses something else on another device': () => choose('lunch', ann, 2),
    'somebody reacts to what was asked': () => ask(AddReactionDocument, { input: { messageId: asked('lunch').id, emoji: '👍' } }, ben),
    'the viewer takes it back': async () => {
      await expect.poll(() => asked('lunch').viewerPoll?.options.map(({ viewerHasVoted }) => viewerHasVoted)).toEqual([false, false, true]);
      expect(await app.acts.choose(asked('lunch'), optionOf('lunch', 2))).toBeNull();
    },
    'the viewer asks': async () =>
      app.say({ conversationId: group, text: 'dinner', poll: { options: ['soup', 'bread'], multiple: true, anonymous: true } }),
    'somebody chooses of it': () => choose('dinner', ben, 0),
    'the viewer chooses both': async () => {
      expect(await app.acts.choose(asked('dinner'), optionOf('dinner', 0))).toBeNull();
      await expect.poll(() => asked('dinner').viewerPoll?.options[0]?.viewerHasVoted).toBe(true);
      expect(await app.acts.choose(asked('dinner'), optionOf('dinner', 1))).toBeNull();
    },
    'the viewer chooses one on another device, which is told to nobody else': () => choose('dinner', ann, 1),
    'the viewer closes it': async () => expect(await app.acts.closePoll(asked('dinner'))).toBeNull(),
    'what was asked is taken back': () => ask(RecallMessageDocument, { input: { messageId: asked('lunch').id } }, ben),
    'somebody deletes their account': async () => {
      await ask(DeleteAccountDocument, { input: { password, messages: 'KEEP' } }, cy);
      await world.node.chat.jobs.doDue();
      await expect.poll(() => app.state.get().thread?.root).toMatchObject({ id: back.id, sender: null });
    },
    'the viewer takes another name there': () => ask(UpdateProfileDocument, { input: { displayName: 'Annabel' } }, ann),
    'the viewer pins the group there': () => ask(UpdateMembershipDocument, { input: { conversationId: group, pinned: true } }, ann),
    'the viewer puts it away': async () => expect(await app.mark(group, { archived: true })).toBeNull(),
    'the viewer brings it back, and unpins it': async () => expect(await app.mark(group, { archived: false, pinned: false })).toBeNull(),
    'the viewer deletes a reply there': () => ask(HideMessageDocument, { input: { messageId: inThread(2).id } }, ann),
    'the viewer deletes a message there': () => ask(HideMessageDocument, { input: { messageId: greeting.id } }, ann),
    'the viewer is put out': () => ask(RemoveMemberDocument, { input: { groupId: group, userId: ann.id } }, ben),
    'the viewer is added again': () => ask(AddMembersDocument, { input: { groupId: group, userIds: [ann.id] } }, ben),
    'the viewer clears a conversation there': () => ask(ClearConversationDocument, { input: { conversationId: direct } }, ann),
  };
  let cut = false;
  for (const [name, act] of Object.entries(acts)) {
    // Every other act happens while the connection is broken.
    if (cut) world.link.cut();
    cut = !cut;
    await act();
    // Both are read each time: consequences of the act, such as a receipt, come after its response.
    await vi.waitFor(async () => expect(shown(app.state.get()), name).toEqual(await readAnew(ann, app.state.get())), { timeout: 15_000 });
  }
});

test('two quick votes do not overwrite each other, even before the first is shown', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const group = await world.group(ben, ann);
  const poll = { options: ['soup', 'bread', 'rice', 'fish'], multiple: true };
  await world.ask(SendMessageDocument, { input: { conversationId: group, clientMessageId: 'dinner', text: 'dinner', poll } }, ben);
  const app = await openApp(ann);
  app.lookAt(group);
  await expect.poll(() => app.state.get().rooms.has(group)).toBe(true);
  function asked(): Said {
    const entries = app.state.get().rooms.get(group)?.entries ?? [];
    return given(entries.flatMap((entry) => (entry.__typename === 'MessageSent' ? (entry.messageEdge?.node ?? []) : []))[0], []);
  }
  const before = asked();
  const [soup = '', bread = '', rice = '', fish = ''] = before.poll?.options.map(({ id }) => id) ?? [];
  // As a user clicks who is faster than the server.
  expect(await Promise.all([soup, bread].map((id) => app.acts.choose(before, id)))).toEqual([null, null]);
  await expect.poll(() => chosenOf(asked())).toEqual([soup, bread]);
  world.link.cut();
  const shownYet = asked();
  for (const id of [rice, soup, fish]) expect(await app.acts.choose(shownYet, id)).toBeNull();
  await expect.poll(() => chosenOf(asked())).toEqual([bread, rice, fish]);
  // A vote on another device counts once it is shown.
  await world.ask(VotePollDocument, { input: { messageId: before.id, optionIds: [soup] } }, ann);
  await expect.poll(() => chosenOf(asked())).toEqual([soup]);
  expect(await app.acts.choose(asked(), rice)).toBeNull();
  await expect.poll(() => chosenOf(asked())).toEqual([soup, rice]);
});

test('the app shows the first hundred conversations, those with new events, and the others page by page', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const quiet = await world.group(ben, ann);
  const silent = await world.group(ben, ann);
  for (let number = 0; number < 100; number += 1) await world.group(ann);
  const app = await openApp(ann);
  const listed = () => app.state.get().conversations;
  expect(listed().size).toBe(100);
  expect([listed().has(quiet), listed().has(silent)]).toEqual([false, false]);

  await world.say(ben, quiet, 'Still here');
  await expect.poll(() => listed().get(quiet)).toMatchObject({ viewerUnreadCount: 1, viewerLastMessage: { text: 'Still here' } });
  await world.say(ben, quiet, 'And here');
  await expect.poll(() => listed().get(quiet)?.viewerUnreadCount).toBe(2);

  await app.readFurther();
  expect(app.state.get().further).toBeNull();
  expect(listed().size).toBe(102);
  const shownNow = shown(app.state.get());
  const { viewer } = await askAs(ann)(MoreDocument, {
    after: given((await askAs(ann)(EverythingDocument, {})).viewer, []).conversations.pageInfo.endCursor ?? '',
  });
  for (const { node } of given(viewer, []).conversations.edges) expect(shownNow.conversations[node.id]).toEqual(node);
});

test('the app shows the first hundred replies of a long thread, and later ones in order, also when new replies arrive', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const conversationId = await world.direct(ann, ben);
  const { id: threadRootId } = await world.say(ann, conversationId, 'Ideas?');
  const texts = Array.from({ length: 103 }, (_, at) => `idea ${at}`);
  const reply = (text: string) =>
    world.ask(SendMessageDocument, { input: { conversationId, clientMessageId: text, text, threadRootId } }, ben);
  for (const text of texts.slice(0, 102)) await reply(text);
  const app = await openApp(ann);
  const replies = () => app.state.get().thread?.replies.map(({ text }) => text);
  app.lookAt(conversationId, threadRootId);
  await expect.poll(replies).toEqual(texts.slice(0, 100));
  await reply('idea 102');
  await expect.poll(() => app.state.get().thread?.root.replyCount).toBe(103);
  expect(replies()).toEqual(texts.slice(0, 100));
  await app.readLaterReplies();
  expect(replies()).toEqual(texts);
  await reply('the last');
  await expect.poll(replies).toEqual([...texts, 'the last']);
});

test('the viewer’s own reply in a long thread is shown, with all replies before it', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const conversationId = await world.direct(ann, ben);
  const { id: threadRootId } = await world.say(ann, conversationId, 'Ideas?');
  const texts = Array.from({ length: 201 }, (_, at) => `idea ${at}`);
  for (const text of texts)
    await world.ask(SendMessageDocument, { input: { conversationId, clientMessageId: text, text, threadRootId } }, ben);
  const app = await openApp(ann);
  const replies = () => app.state.get().thread?.replies.map(({ text }) => text);
  app.lookAt(conversationId, threadRootId);
  await expect.poll(replies).toHaveLength(100);
  app.say({ conversationId, text: 'None of these', threadRootId });
  await expect.poll(replies).toEqual([...texts, 'None of these']);
});

test('a thread that is malformed, hidden or of another conversation is shown as none, and the next thread is shown', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const [group, other] = [await world.group(ben, ann), await world.direct(ben, ann)];
  const root = await world.say(ben, group, 'Ideas?');
  const elsewhere = await world.say(ben, other, 'Something else');
  const input = { conversationId: group, clientMessageId: 'one', text: 'One', threadRootId: root.id };
  await world.ask(SendMessageDocument, { input }, ben);
  const app = await openApp(ann);
  const looked = () => {
    const { thread, noThread } = app.state.get();
    return [thread?.root.text ?? null, noThread];
  };
  for (const none of ['nonsense', group, elsewhere.id]) {
    app.lookAt(group, none);
    await expect.poll(looked, { message: none }).toEqual([null, true]);
    app.lookAt(group, root.id);
    expect(looked()).toEqual([null, false]);
    await expect.poll(looked).toEqual(['Ideas?', false]);
  }
  // The same message, with the address of another conversation.
  app.lookAt(other, root.id);
  await expect.poll(looked).toEqual([null, true]);
  app.lookAt(group, root.id);
  await expect.poll(looked).toEqual(['Ideas?', false]);
  await world.ask(HideMessageDocument, { input: { messageId: root.id } }, ann);
  await expect.poll(looked).toEqual([null, true]);
  app.lookAt(group);
  expect(looked()).toEqual([null, false]);
});

test('a viewer who is removed from a group while its thread is open sees neither any more', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const group = await world.group(ben, ann);
  const root = await world.say(ben, group, 'Ideas?');
  const app = await openApp(ann);
  app.lookAt(group, root.id);
  await expect.poll(() => app.state.get().thread?.root.text).toBe('Ideas?');
  await world.ask(RemoveMemberDocument, { input: { groupId: group, userId: ann.id } }, ben);
  await expect.poll(() => app.state.get().conversations.has(group)).toBe(false);
  expect(app.state.get()).toMatchObject({ thread: null });
});

test('a pinned conversation is shown however old it is, also if it was pinned on another device', async () => {
  const [ann] = await world.people('ann');
  const [first, second] = [await world.group(ann), await world.group(ann)];
  for (let number = 0; number < 100; number += 1) await world.group(ann);
  const pin = (conversationId: string) => world.ask(UpdateMembershipDocument, { input: { conversationId, pinned: true } }, ann);
  await pin(first);
  const app = await openApp(ann);
  const listed = () => inOrder([...app.state.get().conversations.values()]).map(({ id }) => id);
  expect(listed()).toHaveLength(101);
  expect(listed()[0]).toBe(first);
  await pin(second);
  await expect.poll(() => listed().slice(0, 2)).toEqual([second, first]);
});

test('after its connection broke, the app has the read markers of conversations beyond the first hundred too', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const old = await world.group(ann, ben);
  const { seq } = await world.say(ann, old, 'Have you seen this?');
  for (let number = 0; number < 100; number += 1) await world.group(ann);
  const app = await openApp(ann);
  await app.readFurther();
  await expect.poll(() => app.state.get().status.state).toBe('live');
  world.link.cut();
  await world.ask(MarkReadDocument, { input: { conversationId: old, seq } }, ben);
  await expect.poll(() => app.state.get().conversations.get(old)?.readByAllSeq).toBe(seq);
});

test('after its connection broke, the app has the read markers of a pinned conversation that is the last of all', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const last = await world.group(ann, ben);
  const { seq } = await world.say(ann, last, 'Have you seen this?');
  await world.ask(UpdateMembershipDocument, { input: { conversationId: last, pinned: true } }, ann);
  // More than two pages: it is not among as many of the newest conversations as the app has.
  for (let number = 0; number < 200; number += 1) await world.group(ann);
  const app = await openApp(ann);
  await expect.poll(() => app.state.get().status.state).toBe('live');
  world.link.cut();
  await world.ask(MarkReadDocument, { input: { conversationId: last, seq } }, ben);
  await expect.poll(() => app.state.get().conversations.get(last)?.readByAllSeq).toBe(seq);
});

test.each([
  ['after it was away', false],
  ['after it was away for longer than its account’s entries are kept', true],
])('%s, the app shows the same as after a fresh start, nothing that was deleted meanwhile, and new events', async (_name, isLong) => {
  const [ann, ben] = await world.people('ann', 'ben');
  const left = await world.group(ben, ann);
  const kept = await world.group(ben, ann);
  const app = await openApp(ann);
  app.lookAt(kept);
  await expect.poll(() => [app.state.get().rooms.has(kept), app.state.get().status.state]).toEqual([true, 'live']);
  world.link.set('dropping');
  await world.ask(LeaveGroupDocument, { input: { groupId: left } }, ann);
  await world.say(ben, kept, 'Are you there?');
  const joined = await world.group(ben, ann);
  const { seq } = await world.say(ben, joined, 'You are here');
  await world.ask(ClearConversationDocument, { input: { conversationId: kept } }, ann);
  await using sql = await rawSql(world.stores);
  if (isLong) await ageIn(sql, rawId(ann.id), 100);
  await world.node.chat.retention.accountRound({ after: -1n }, new AbortController().signal);
  expect(await sql.number(`SELECT COUNT(*) FROM Entry WHERE streamId = ${rawId(ann.id)}`)).toBe(isLong ? 1 : 6);
  world.link.set('open');
  const told = { timeout: 15_000 };
  await vi.waitFor(() => expect([...app.state.get().conversations.keys()].toSorted()).toEqual([kept, joined].toSorted()), told);
  await vi.waitFor(async () => expect(shown(app.state.get())).toEqual(await readAnew(ann, app.state.get())), told);
  // Those who wrote meanwhile are told that it has arrived.
  await expect.poll(async () => (await askAs(ben)(RoomDocument, { id: joined })).conversation?.deliveredToAllSeq, told).toBe(seq);
  app.lookAt(joined);
  await world.say(ben, joined, 'Welcome');
  await vi.waitFor(async () => expect(JSON.stringify(shown(app.state.get()))).toContain('Welcome'), told);
  await vi.waitFor(async () => expect(shown(app.state.get())).toEqual(await readAnew(ann, app.state.get())), told);
});

test('an open conversation stays on the screen while everything is read again', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const group = await world.group(ben, ann);
  const { id: messageId } = await world.say(ben, group, 'Look away');
  const app = await openApp(ann);
  app.lookAt(group);
  await expect.poll(() => [app.state.get().rooms.get(group)?.entries.length, app.state.get().status.state]).toEqual([3, 'live']);
  const seen = new Set<number | undefined>();
  app.state.subscribe(() => seen.add(app.state.get().rooms.get(group)?.entries.length));
  await world.ask(HideMessageDocument, { input: { messageId } }, ann);
  await expect.poll(() => app.state.get().rooms.get(group)?.entries.length).toBe(2);
  expect([...seen]).not.toContain(undefined);
});

test('everything is read again once for many events that outdate it', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const group = await world.group(ben, ann);
  const said = await world.sayAll(ben, group, ['one', 'two', 'three', 'four']);
  const ask = askAs(ann);
  let asked = 0;
  const app = await openApp(ann, {
    async ask(document, variables) {
      if (String(document) === String(EverythingDocument)) asked += 1;
      return await ask(document, variables);
    },
  });
  app.lookAt(group);
  await expect.poll(() => [app.state.get().rooms.get(group)?.entries.length, app.state.get().status.state]).toEqual([6, 'live']);
  for (const { id: messageId } of said) await world.ask(HideMessageDocument, { input: { messageId } }, ann);
  await expect.poll(() => app.state.get().rooms.get(group)?.entries.length, { timeout: 5_000 }).toBe(2);
  expect(asked).toBe(1);
});

test('a message is sent although the browser’s storage is full', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const conversationId = await world.direct(ann, ben);
  const full = {
    setItem() {
      throw new Error('full');
    },
  };
  const app = await openApp(ann, { storage: Object.assign(listedStorage(), full) });
  app.lookAt(conversationId);
  app.say({ conversationId, text: 'Hello' });
  await expect.poll(() => app.state.get().conversations.get(conversationId)?.viewerLastMessage?.text).toBe('Hello');
  expect(app.state.get().waiting).toEqual([]);
});

test('a message that a proxy refuses shows why, and can be given up', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const conversationId = await world.direct(ann, ben);
  const ask = askAs(ann);
  const refusing: Ask = async (document, variables) => {
    if (document.toString().includes('mutation SendMessage')) throw new Error('the server answered 413');
    return await ask(document, variables);
  };
  const app = await openApp(ann, { ask: refusing });
  app.say({ conversationId, text: 'Hello' });
  await expect.poll(() => app.state.get().waiting).toMatchObject([{ text: 'Hello', why: 'the server answered 413' }]);
  app.discard(app.state.get().waiting[0]?.clientMessageId ?? '');
  expect(app.state.get().waiting).toEqual([]);
});

test('an app that was stopped subscribes to nothing more, even if a request is answered later', async () => {
  const [ann, ben] = await world.people('ann', 'ben');
  const group = await world.group(ben, ann);
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const [ask, { subscribe }] = [askAs(ann), socketTo(world.link.url, () => ann.token)];
  let subscribed = 0;
  const app = await openApp(ann, {
    async ask(document, variables) {
      const answer = await ask(document, variables);
      if (String(document) !== String(RoomDocument)) return answer;
      asked.resolve();
      await gate.promise;
      return answer;
    },
    subscribe(payload, sink) {
      subscribed += 1;
      return subscribe(payload, sink);
    },
  });
  app.lookAt(group);
  await asked.promise;
  app.stop();
  const before = subscribed;
  gate.resolve();
  await turn();
  expect(subscribed).toBe(before);
});
