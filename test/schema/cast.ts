import { randomBytes } from 'node:crypto';
import { createSourceEventStream, parse } from 'graphql';
import { formatId } from '../../schema/ids.ts';
import { createContext, schema } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import { serverStreamId } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import { embeddedStores } from '../support/stores.ts';

/** Every kind of relation that a viewer of an event can have to its conversation and to its actor. A new kind is a new name here. */
export const onlookers = ['owner', 'admin', 'member', 'newcomer', 'sender', 'asking', 'asked', 'knowing', 'inTouch', 'sparing'] as const;
export type Onlooker = (typeof onlookers)[number];

/** A group and two direct conversations in which `sender` is the actor, and the viewers. */
export interface Cast extends AsyncDisposable {
  readonly chat: Chat;
  readonly sql: RawSql;
  /**
   * All are members of the group. `asking` has sent the sender a contact request, and `asked` has got one from them. `knowing` has an alias
   * for the sender. `inTouch` has a direct conversation with them. `sparing` hides messages for themselves.
   */
  readonly people: Readonly<Record<Onlooker, Viewer>>;
  readonly group: bigint;
  /** The direct conversation of `sender` and `inTouch`. */
  readonly direct: bigint;
  /** The direct conversation of `sender` with themselves. */
  readonly alone: bigint;
  /** The seq of the newest message of the group from before the newcomer joined. */
  readonly before: number;
  /** Sends a message. Returns its seq. */
  say(by: Onlooker, conversationId: bigint, text: string, replyToSeq?: number): Promise<number>;
  /**
   * The event that the sender’s subscription passes to the executor for an entry of a conversation. The functions below return it for the
   * receipt, typing or signal that they cause.
   */
  entry(conversationId: bigint, seq: number): Promise<object>;
  receipt(conversationId: bigint, of: Onlooker, seq: number): Promise<object>;
  typing(conversationId: bigint, of: Onlooker): Promise<object>;
  signal(conversationId: bigint, of: Onlooker, to?: readonly Onlooker[]): Promise<object>;
  /** The same for a change of the read receipts setting of a user in one conversation with others. */
  showing(of: Onlooker, readReceipts: boolean): Promise<object>;
  /** The same for the first entry of the server’s stream that `act` causes. */
  notice(act: (chat: Chat) => Promise<unknown>): Promise<object>;
  /** Makes `sparing` hide the newest message of the group, and clear everything before it. */
  spare(): Promise<void>;
}

/** Creates them all on a database of their own. */
export async function openCast(): Promise<Cast> {
  await using opened = new AsyncDisposableStack();
  const stores = opened.use(await embeddedStores());
  const chat = opened.use(await chatOn(stores));
  const sql = opened.use(await rawSql(stores));
  const found: [Onlooker, Viewer][] = [];
  for (const name of onlookers) found.push([name, await person(chat, name.toLowerCase())]);
  const people = Object.fromEntries(found) as Record<Onlooker, Viewer>;
  const { owner, newcomer, sender, asking, asked, knowing, inTouch } = people;
  const early = Object.values(people).filter((viewer) => viewer !== newcomer && viewer !== owner);
  const group = await groupOf(chat, owner, ...early);
  const say: Cast['say'] = async (by, conversationId, text, replyToSeq) => {
    const replyTo = replyToSeq === undefined ? undefined : { conversationId, seq: replyToSeq };
    return (await chat.messages.send(people[by], { conversationId, text, clientMessageId: randomBytes(8).toString('hex'), replyTo })).seq;
  };
  const before = await say('sender', group, 'before the newcomer');
  await chat.groups.addMembers(owner, { groupId: group, userIds: [newcomer.userId] });
  await appoint(chat, people, group);
  const shown = {
    description: 'All of us',
    announcement: 'We meet at six',
    avatarUrl: 'https://example.com/us.png',
    slowModeSeconds: 0,
    historyDays: 3_650,
    data: { a: 1 },
  };
  await chat.groups.update(owner, { groupId: group, ...shown });
  await chat.users.updateProfile(sender, { displayName: 'Sue', bio: 'Says it all', avatarUrl: 'https://example.com/sue.png' });
  await chat.administration.update(null, { userId: sender.userId, data: { team: 'blue' } });
  await chat.contacts.request(asking, { userId: sender.userId, note: 'hello?' });
  await chat.contacts.request(sender, { userId: asked.userId });
  await befriend(chat, knowing, sender);
  const { id: direct } = await chat.groups.openDirect(sender, { userId: inTouch.userId });
  await say('sender', direct, 'between us');
  const { id: alone } = await chat.groups.openDirect(sender, { userId: sender.userId });
  const parting = opened.move();
  return {
    ...{ chat, sql, people, group, direct, alone, before, say },
    entry: (conversationId, seq) => entryOf(chat, sender, conversationId, seq),
    receipt: (conversationId, of, seq) =>
      toldOf(chat, sender, 'receipt', () => chat.messages.markRead(people[of], { conversationId, seq })),
    typing: (conversationId, of) =>
      toldOf(chat, sender, 'typing', () => chat.messages.setTyping(people[of], { conversationId, typing: true })),
    signal: (conversationId, of, to) =>
      toldOf(chat, sender, 'signal', () =>
        chat.messages.sendSignal(people[of], {
          ...{ conversationId, name: 'ring', data: { call: 7 } },
          recipientIds: to?.map((name) => people[name].userId),
        }),
      ),
    notice: (act) => noticeOf(chat, sender, act),
    spare: () => spare(chat, people.sparing, group),
    showing: (of, readReceipts) =>
      toldOf(chat, sender, 'receipt', async () => {
        const tell = await chat.messages.receiptsTelling(people[of]);
        await chat.users.updateSettings(people[of], { readReceipts });
        tell();
      }),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

async function spare({ groups, messages }: Chat, viewer: Viewer, conversationId: bigint): Promise<void> {
  const [access] = await groups.memberships([{ conversationId, userId: viewer.userId }]);
  const [last] = access ? await messages.last([access]) : [];
  if (!last) return;
  await messages.hide(viewer, last);
  await messages.clear(viewer, { conversationId, seq: last.seq - 1 });
}

async function appoint({ groups }: Chat, { owner, admin, sender }: Readonly<Record<Onlooker, Viewer>>, group: bigint): Promise<void> {
  await groups.setRole(owner, { groupId: group, userId: admin.userId, role: 'ADMIN' });
  await groups.updateOwnPart(sender, { conversationId: group, nickname: 'Susie' });
}

async function befriend(chat: Chat, one: Viewer, other: Viewer): Promise<void> {
  await chat.contacts.request(one, { userId: other.userId });
  await chat.contacts.request(other, { userId: one.userId });
  await chat.contacts.update(one, { userId: one.userId, otherId: other.userId }, { alias: 'My Sue' });
}

async function follow(chat: Chat, viewer: Viewer, after: readonly object[]): Promise<AsyncIterator<object>> {
  const contextValue = createContext({ chat, viewer, address: '127.0.0.1', requestId: 'test', signal: new AbortController().signal });
  const document = parse('subscription($after: [PositionInput!]) { events(after: $after) { __typename } }');
  const source = await createSourceEventStream({ schema, document, contextValue, variableValues: { after } });
  if (!(Symbol.asyncIterator in source)) throw new Error(`the subscription was refused: ${JSON.stringify(source)}`);
  return source[Symbol.asyncIterator]() as AsyncIterator<object>;
}

/** Reads up to the first event that matches, and ends the subscription. */
async function first(events: AsyncIterator<object>, fits: (event: object) => boolean): Promise<object> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('the subscription is complete');
    if (!fits(value)) continue;
    await events.return?.();
    return value;
  }
}

async function entryOf(chat: Chat, viewer: Viewer, conversationId: bigint, seq: number): Promise<object> {
  const events = await follow(chat, viewer, [{ streamId: formatId('Conversation', conversationId), seq: seq - 1 }]);
  return first(events, (event) => 'entry' in event && Object(event.entry).streamId === conversationId);
}

async function noticeOf(chat: Chat, viewer: Viewer, act: (chat: Chat) => Promise<unknown>): Promise<object> {
  const held = await chat.feed.positions(viewer);
  const seq = held.find(({ streamId }) => streamId === serverStreamId)?.seq ?? 0;
  await act(chat);
  const events = await follow(chat, viewer, [{ streamId: formatId('Server', serverStreamId), seq }]);
  return first(events, (event) => 'entry' in event && Object(event.entry).streamId === serverStreamId);
}

/** The first event of a kind that a viewer gets after `act`. */
async function toldOf(chat: Chat, viewer: Viewer, kind: string, act: () => Promise<void>): Promise<object> {
  const events = await follow(chat, viewer, []);
  await events.next();
  await act();
  return first(events, (event) => 'kind' in event && event.kind === kind);
}
