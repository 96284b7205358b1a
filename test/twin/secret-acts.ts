import { randomUUID } from 'node:crypto';
import { decodeText, encodeText } from '../../schema/ids.ts';
import type { Chance } from '../fuzz/chance.ts';
import type { KnownValues } from '../fuzz/known-values.ts';
import type { Deeds, Person } from '../fuzz/people.ts';

/** The context of secret acts. */
export interface Secrecy {
  readonly deeds: Deeds;
  readonly chance: Chance;
  /** What the keepers were told. */
  readonly lore: KnownValues;
  /** The users who act in secret, and the operator. */
  readonly keepers: readonly Person[];
  /** The users who must not notice. */
  readonly observers: readonly Person[];
  /** Conversations, their messages, and groups, in which the observers have no part. */
  readonly known: { readonly conversations: string[]; readonly messages: string[]; readonly groups: string[] };
}

type Act = (secrecy: Secrecy, keeper: Person) => Promise<unknown>;

type Found = Readonly<
  Record<string, Readonly<Record<string, { readonly id?: string; readonly node?: { readonly id: string } } | null>> | null>
>;

function idIn(data: unknown, mutation: string, field: string): string | undefined {
  const found = (data as Found | null | undefined)?.[mutation]?.[field];
  return found?.node?.id ?? found?.id;
}

/** Returns the id of the first option of a message's poll, whether it has a poll or not. */
function firstOption(messageId: string): string {
  return encodeText(`${decodeText(messageId)?.replace('Message', 'PollOption')}:1`);
}

function note(list: string[], id: string | undefined): void {
  if (id !== undefined && !list.includes(id)) list.push(id);
}

function another({ chance, keepers }: Secrecy, keeper: Person): Person {
  return chance.one(keepers.filter((one) => one !== keeper));
}

/** Runs `work` with a random element, if there is one. */
async function withOne<T>({ chance }: Secrecy, of: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  if (of.length > 0) await work(chance.one(of));
}

async function say(secrecy: Secrecy, keeper: Person, conversationId: string, more: object = {}): Promise<void> {
  const { deeds, known } = secrecy;
  const { data } = await deeds.act(keeper, 'sendMessage', {
    conversationId,
    clientMessageId: randomUUID(),
    text: 'a secret hello',
    ...more,
  });
  note(known.messages, idIn(data, 'sendMessage', 'messageEdge'));
}

/** Returns a message in a conversation that the observers share. */
function overheard({ chance, lore, known }: Secrecy, keeper: Person): string | undefined {
  const id = lore.id(['Message'], chance, { by: keeper.name });
  return id === undefined || known.messages.includes(id) ? undefined : id;
}

function shared({ chance, lore, known }: Secrecy, keeper: Person): string | undefined {
  const id = lore.id(['Conversation'], chance, { by: keeper.name });
  return id === undefined || known.conversations.includes(id) ? undefined : id;
}

const onConversation =
  (mutation: string, more: object): Act =>
  async (secrecy, keeper) => {
    const conversationId = shared(secrecy, keeper);
    if (conversationId !== undefined) await secrecy.deeds.act(keeper, mutation, { conversationId, ...more });
  };

async function withWriting(secrecy: Secrecy, keeper: Person, mutation: string, more: object): Promise<void> {
  const conversationId = shared(secrecy, keeper);
  const writtenAt = new Date().toISOString();
  if (conversationId !== undefined) await secrecy.deeds.act(keeper, mutation, { conversationId, writtenAt, ...more });
}

const onMessage =
  (mutation: string, more: object): Act =>
  async (secrecy, keeper) => {
    const messageId = overheard(secrecy, keeper);
    if (messageId !== undefined) await secrecy.deeds.act(keeper, mutation, { messageId, ...more });
  };

const onOwn =
  (mutation: string, more: object): Act =>
  async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.messages, (messageId) => secrecy.deeds.act(keeper, mutation, { messageId, ...more }));

const onKeeper =
  (mutation: string, more: object = {}): Act =>
  async (secrecy, keeper) =>
    await secrecy.deeds.act(keeper, mutation, { userId: another(secrecy, keeper).id, ...more });

const alone =
  (mutation: string, input: object): Act =>
  async ({ deeds }, keeper) =>
    await deeds.act(keeper, mutation, input);

/** The acts that observers must not notice, by name. */
export const secretActs: Readonly<Record<string, Act>> = {
  async 'a direct conversation'(secrecy, keeper) {
    const { data } = await secrecy.deeds.act(keeper, 'openDirectConversation', { userId: another(secrecy, keeper).id });
    const id = idIn(data, 'openDirectConversation', 'conversationEdge');
    note(secrecy.known.conversations, id);
    if (id !== undefined) await say(secrecy, keeper, id);
  },
  async 'a group'(secrecy, keeper) {
    const memberIds = secrecy.keepers.map(({ id }) => id);
    const { data } = await secrecy.deeds.act(keeper, 'createGroup', { name: 'Secret', memberIds, joinPolicy: 'INVITE_ONLY' });
    const id = idIn(data, 'createGroup', 'group');
    note(secrecy.known.conversations, id);
    note(secrecy.known.groups, id);
    if (id !== undefined) await secrecy.deeds.act(keeper, 'createInvite', { groupId: id });
  },
  'something said': async (secrecy, keeper) => await withOne(secrecy, secrecy.known.conversations, (id) => say(secrecy, keeper, id)),
  async 'something said of an observer'(secrecy, keeper) {
    const mentionIds = [secrecy.chance.one(secrecy.observers).id];
    await withOne(secrecy, secrecy.known.groups, (id) => say(secrecy, keeper, id, { mentionIds }));
  },
  'data put on something said': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.conversations, (id) => say(secrecy, keeper, id, { text: '', data: { of: 'a secret' } })),
  'something read': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.conversations, (conversationId) =>
      secrecy.deeds.act(keeper, 'markRead', { conversationId, seq: 20 }),
    ),
  async 'something forwarded'(secrecy, keeper) {
    const messageId = overheard(secrecy, keeper);
    if (messageId === undefined) return;
    await withOne(secrecy, secrecy.known.conversations, (conversationId) =>
      secrecy.deeds.act(keeper, 'forwardMessage', { conversationId, messageId, clientMessageId: randomUUID() }),
    );
  },
  'a change of what was said': onOwn('editMessage', { text: 'another secret', data: { of: 'another secret' } }),
  'a recall': onOwn('recallMessage', {}),
  'a reaction': onOwn('addReaction', { emoji: '🎉' }),
  async 'a question'(secrecy, keeper) {
    const poll = { options: ['secret', 'more secret'], anonymous: secrecy.chance.odds(0.5), multiple: secrecy.chance.odds(0.5) };
    await withOne(secrecy, secrecy.known.conversations, (conversationId) => say(secrecy, keeper, conversationId, { poll }));
  },
  'a vote': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.messages, (messageId) =>
      secrecy.deeds.act(keeper, 'votePoll', { messageId, optionIds: [firstOption(messageId)] }),
    ),
  'a poll closed': onOwn('closePoll', {}),
  'a pin': onOwn('pinMessage', {}),
  'a group changed': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.groups, (groupId) => secrecy.deeds.act(keeper, 'updateGroup', { groupId, name: 'More secret' })),
  'a role': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.groups, (groupId) =>
      secrecy.deeds.act(keeper, 'setRole', { groupId, userId: another(secrecy, keeper).id, role: 'ADMIN' }),
    ),
  'a member gone': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.groups, (groupId) =>
      secrecy.deeds.act(keeper, 'removeMember', { groupId, userId: another(secrecy, keeper).id, ban: secrecy.chance.odds(0.5) }),
    ),
  'an observer banned': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.groups, (groupId) =>
      secrecy.deeds.act(keeper, 'removeMember', { groupId, userId: secrecy.chance.one(secrecy.observers).id, ban: true }),
    ),
  'a group gone': async (secrecy, keeper) =>
    await withOne(secrecy, secrecy.known.groups, (groupId) => secrecy.deeds.act(keeper, 'dissolveGroup', { groupId })),
  'a block among keepers': onKeeper('blockUser'),
  'the end of it': onKeeper('unblockUser'),
  'a wish for a contact': onKeeper('requestContact', { note: 'secretly' }),
  'a contact gone': onKeeper('removeContact'),
  'a report of somebody': async ({ deeds, chance, observers }, keeper) =>
    await deeds.act(keeper, 'reportUser', { userId: chance.one(observers).id, reason: 'SPAM', note: 'secretly' }),
  'a report of what was said': onMessage('reportMessage', { reason: 'HATE', note: 'secretly' }),
  'something hidden': onMessage('hideMessage', {}),
  'something saved': onMessage('saveMessage', { note: 'secretly' }),
  'something saved no more': onMessage('unsaveMessage', {}),
  'something begun': async (secrecy, keeper) => await withWriting(secrecy, keeper, 'saveDraft', { text: 'Secretly, so far' }),
  'something begun and dropped': async (secrecy, keeper) => await withWriting(secrecy, keeper, 'removeDraft', {}),
  'a conversation cleared': onConversation('clearConversation', {}),
  'something to be said later': async (secrecy, keeper) => {
    const conversationId = shared(secrecy, keeper);
    const poll = { options: ['secret', 'more secret'] };
    const more = { clientMessageId: randomUUID(), text: 'Secretly, later', poll, sendAt: new Date(Date.now() + 86_400_000).toISOString() };
    if (conversationId !== undefined) await secrecy.deeds.act(keeper, 'scheduleMessage', { conversationId, ...more });
  },
  'a signal to the own devices': onConversation('sendSignal', { name: 'secretly', recipientIds: [] }),
  'a conversation marked unread': onConversation('markUnread', { fromSeq: 3 }),
  'a conversation made silent': onConversation('updateMembership', { notificationLevel: 'NONE' }),
  // Keepers send no read receipts.
  'a conversation read': onConversation('markRead', { seq: 12 }),
  'a conversation received': onConversation('markDelivered', { seq: 12 }),
  'a thread read': onMessage('markThreadRead', { seq: 12 }),
  'quiet hours': alone('setQuietHours', { quietHours: { start: '22:00', end: '07:00', timeZone: 'UTC' } }),
  'a pause of pushes': alone('setSilentUntil', { silentUntil: '2999-01-01T00:00:00Z' }),
  'a device': alone('registerPushDevice', { platform: 'FCM', token: 'a-secret-device' }),
  'an export': alone('requestDataExport', { messages: true }),
  'others signed out': alone('signOutOthers', {}),
  'a block of an observer': async ({ deeds, chance, observers }, keeper) =>
    await deeds.act(keeper, 'blockUser', { userId: chance.one(observers).id }),
  'the end of a block': async ({ deeds, chance, observers }, keeper) =>
    await deeds.act(keeper, 'unblockUser', { userId: chance.one(observers).id }),
};
