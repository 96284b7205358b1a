import type { GraphQLObjectType } from 'graphql';
import { adminSchema } from '../../schema/admin/index.ts';
import { decodeText, encodeText } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { selectionOf } from '../authorization/selection.ts';
import type { Chance } from '../fuzz/chance.ts';
import type { Operation } from '../fuzz/document.ts';
import type { KnownValues } from '../fuzz/known-values.ts';
import { emojis, sayings, searched } from '../fuzz/plausible.ts';

/** Writes the operations that clients send most, all well-formed, about a few things again and again, with similar texts. */
export interface Plain {
  /** Returns an operation for a user. Undefined if it needs an id that is not known yet. */
  make(by: string, isAdmin: boolean): Operation | undefined;
}

// So few that operations meet.
const hotKept = 3;
// Some of these are equal to a database that folds case or accents, or pads.
const keys = ['key', 'KEY', 'kéy', ' key', 'k ey', 'key-1', 'key_1', 'key%', 'Key'];

// The most frequent operations.
const talk = ['sendMessage', 'sendMessage', 'editMessage', 'addReaction', 'addReaction', 'removeReaction', 'votePoll', 'saveDraft'];

type Input = Readonly<Record<string, unknown>>;

const choices = ['soup', 'Soup', 'soup ', 'suppe', 'süppe', '👍', '👍🏽'];

/** Returns the id of the message whose poll has this option. */
function askedBy(optionId: string): string {
  const [, conversationId, seq] = decodeText(optionId)?.split(':') ?? [];
  return encodeText(`Message:${conversationId}:${seq}`);
}

/** Creates a generator of operations from random numbers and known values. */
export function createPlain(chance: Chance, lore: KnownValues): Plain {
  const hot = new Map<string, string[]>();

  /** Mostly returns one of the few. */
  function id(kind: string, by: string): string | undefined {
    const name = `${kind} ${by}`;
    const kept = hot.get(name) ?? [];
    hot.set(name, kept);
    const found = kept.length < hotKept || chance.odds(0.15) ? lore.id([kind], chance, { by }) : undefined;
    if (found !== undefined && !kept.includes(found)) {
      kept.push(found);
      if (kept.length > hotKept) kept.shift();
    }
    return kept.length === 0 ? undefined : chance.one(kept);
  }

  const text = () => chance.one(sayings);
  const key = () => (chance.odds(0.3) ? chance.one(keys) : `new ${chance.whole(1, 2 ** 30)}`);

  const poll = () => ({
    options: choices.filter(() => chance.odds(0.6)).concat('rice', 'cake'),
    multiple: chance.odds(0.5),
    anonymous: chance.odds(0.3),
  });
  const ofPoll = (by: string) => {
    const option = id('PollOption', by);
    return { messageId: option && askedBy(option), optionIds: chance.odds(0.2) ? [] : [option] };
  };

  const mutations: Readonly<Record<string, (by: string) => Input>> = {
    sendMessage: (by) => ({
      conversationId: id('Conversation', by),
      clientMessageId: key(),
      text: text(),
      ...(chance.odds(0.2) && { poll: poll() }),
    }),
    votePoll: (by) => ({ ...ofPoll(by) }),
    closePoll: (by) => ({ messageId: ofPoll(by).messageId }),
    saveDraft: (by) => ({ conversationId: id('Conversation', by), text: text(), writtenAt: new Date().toISOString() }),
    removeDraft: (by) => ({ conversationId: id('Conversation', by), writtenAt: new Date().toISOString() }),
    saveMessage: (by) => ({ messageId: id('Message', by), note: text() }),
    unsaveMessage: (by) => ({ messageId: id('Message', by) }),
    sendSignal: (by) => ({ conversationId: id('Conversation', by), name: 'ring', data: { text: text() } }),
    editMessage: (by) => ({ messageId: id('Message', by), text: text() }),
    recallMessage: (by) => ({ messageId: id('Message', by) }),
    addReaction: (by) => ({ messageId: id('Message', by), emoji: chance.one(emojis) }),
    removeReaction: (by) => ({ messageId: id('Message', by), emoji: chance.one(emojis) }),
    pinMessage: (by) => ({ messageId: id('Message', by) }),
    hideMessage: (by) => ({ messageId: id('Message', by) }),
    markRead: (by) => ({ conversationId: id('Conversation', by), seq: chance.whole(1, 30) }),
    markUnread: (by) => ({ conversationId: id('Conversation', by), fromSeq: chance.whole(1, 30) }),
    createGroup: (by) => ({ name: text(), clientGroupId: key(), memberIds: [id('User', by), id('User', by)] }),
    updateGroup: (by) => ({ groupId: id('Conversation', by), name: text(), description: text() }),
    updateMembership: (by) => ({ conversationId: id('Conversation', by), nickname: text() }),
    updateProfile: () => ({ displayName: text(), bio: text() }),
    updateContact: (by) => ({ contactId: id('Contact', by), alias: text() }),
    requestContact: (by) => ({ userId: id('User', by), note: text() }),
    changeHandle: () => ({ handle: chance.one(['same', 'Same', 'SAME', 'same.', 'sa-me', 'sa_me', 'säme', 'same1']) }),
    renameSession: (by) => ({ sessionId: id('Session', by), deviceName: text() }),
    setPresence: () => ({ status: chance.one(['ONLINE', 'BUSY', 'AWAY']), statusText: text() }),
    reportMessage: (by) => ({ messageId: id('Message', by), reason: 'OTHER', note: text() }),
  };
  const adminMutations: typeof mutations = {
    setBlockedWords: () => ({ name: chance.one(keys), words: [chance.one(['mushroom', 'straße', 'が', 'İ'])], action: 'FLAG' }),
    removeBlockedWords: () => ({ name: chance.one(keys) }),
    restoreUser: (by) => ({ userId: id('User', by) }),
    postNotice: () => ({ title: text(), body: text(), toAll: true }),
  };
  const paged = () => `${chance.one(['first', 'last'])}: ${chance.whole(1, 5)}`;
  const cursor = (edge: string, name: string) => {
    const known = chance.odds(0.6) ? lore.word(`cursor:${edge}`, chance) : undefined;
    return known === undefined ? '' : `${name}: ${JSON.stringify(known)}, `;
  };
  const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const queries: readonly ((by: string) => string)[] = [
    () =>
      `{ users(search: ${JSON.stringify(chance.one(searched))}, first: ${chance.whole(1, 4)}) { edges { __typename cursor node { id handle displayName } } ${page} } }`,
    () =>
      `{ messages(search: ${JSON.stringify(chance.one(searched))}, first: ${chance.whole(1, 4)}) { edges { __typename cursor node { id text } } ${page} } }`,
    (by) =>
      `{ conversation(id: "${id('Conversation', by)}") { messages(${cursor('MessageEdge', chance.one(['after', 'before']))}${paged()}) { edges { __typename cursor node { id text reactions { emoji count } } } ${page} } } }`,
    (by) =>
      `{ conversation(id: "${id('Conversation', by)}") { members(${cursor('MembershipEdge', 'after')}first: 2) { totalCount edges { __typename cursor node { id nickname } } ${page} } } }`,
    () =>
      `{ viewer { conversations(${cursor('ConversationEdge', 'after')}first: 3) { edges { __typename cursor node { id lastSeq } } ${page} } contacts(${cursor('ContactEdge', 'after')}first: 2) { edges { __typename cursor node { id alias } } ${page} } } }`,
  ];

  function mutation(of: typeof schema, name: string, input: Input): Operation | undefined {
    const type = (of.getMutationType() as GraphQLObjectType).getFields()[name];
    const [argument] = type?.args ?? [];
    if (type === undefined || argument === undefined) throw new Error(`there is no mutation ${name}`);
    if (Object.values(input).flat().includes(undefined)) return undefined;
    const query = `mutation ($input: ${argument.type}) { ${name}(input: $input) ${selectionOf(type.type, 2)} }`;
    return { kind: 'mutation', fields: [name], query, variables: { input } };
  }

  return {
    make(by, isAdmin) {
      if (!isAdmin && chance.odds(0.3)) return { kind: 'query', fields: [], query: chance.one(queries)(by), variables: {} };
      const known = isAdmin ? adminMutations : mutations;
      const name = !isAdmin && chance.odds(0.5) ? chance.one(talk) : chance.one(Object.keys(known));
      return mutation(isAdmin ? adminSchema : schema, name, known[name]?.(by) ?? {});
    },
  };
}
