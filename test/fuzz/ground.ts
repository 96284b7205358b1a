import { randomUUID } from 'node:crypto';
import { createLogging } from '../../gateway/logger.ts';
import { createNode, type Node } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { cheapPasswords } from '../support/cheap-passwords.ts';
import { backend } from '../support/issuer.ts';
import type { Stores } from '../support/stores.ts';
import type { KnownValues } from './known-values.ts';
import { type Deeds, deedsAt, type Person } from './people.ts';
import { send } from './sender.ts';

/** A node with users, and what they have done. */
export interface Ground extends AsyncDisposable {
  readonly node: Node;
  readonly endpoint: string;
  readonly adminEndpoint: string;
  /** Changes when a user is renewed. */
  readonly people: Person[];
  /** Makes sure that this user has a valid token. */
  renew(person: Person): Promise<void>;
  /** Undoes restrictions, so that users can act again, and creates some content for all to see. */
  replenish(): Promise<void>;
  /** Causes an event in everybody's account stream. */
  tap(): Promise<void>;
}

const names = ['admin', 'ann', 'ben', 'cleo', 'dan', 'eve'] as const;

// The rate limits, and limits against guessing, would be used up within a minute.
const plenty = {
  ADDRESS_ATTEMPTS: '1000000',
  OPERATIONS_PER_SECOND: '0',
  SIGN_IN_ATTEMPTS: '100000',
  JOIN_ATTEMPTS: '1000000',
  SEARCHES_PER_MINUTE: '100000',
  EXPORTS_PER_DAY: '1000',
  CONTACT_REQUESTS_PER_DAY: '100000',
  REPORTS_PER_DAY: '100000',
  HANDLE_CHANGES: '1000',
  HANDLE_HOLD_DAYS: '0',
  MAX_CONNECTIONS: '1000',
  ACCESS_TOKEN_SECONDS: '86400',
  ...backend,
};

// Small limits, so that slow readers exceed them, and short delays, so that they end within a run.
const hurried = {
  SOCKET_QUEUE_BYTES: '32768',
  SUBSCRIPTION_QUEUE: '16',
  PRESENCE_GRACE_MS: '200',
  TYPING_MS: '1000',
  PUSH_DELAY_MS: '100',
  JOB_POLL_MS: '200',
};

/** The parts of a ground. */
export interface GroundParts {
  readonly stores: Stores;
  readonly lore: Pick<KnownValues, 'learn'>;
  /** Overrides the usual configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** Called with what the node logs at level error and above. */
  readonly tell: (line: string) => void;
}

/** Starts a node on these stores and creates users. */
export async function prepare({ stores, lore, env, tell }: GroundParts): Promise<Ground> {
  const usual = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'error', LOG_FORMAT: 'json', GRAPHIQL: 'false' };
  const config = readConfig({ ...usual, ...plenty, ...hurried, ...env, ...stores.env });
  const node = await createNode(config, { logging: createLogging(config, { write: tell }), passwordCost: cheapPasswords });
  const endpoint = `${node.url}/graphql`;
  const deeds = deedsAt(endpoint, lore);
  const people: Person[] = [];
  for (const name of names) people.push(await deeds.arrive(name));

  async function appoint(person: Person): Promise<Person> {
    await node.chat.roles.give({ handle: person.handle, role: 'ADMIN' }).catch(() => undefined);
    return await deeds.renew(person);
  }

  async function renew(person: Person): Promise<void> {
    const at = people.indexOf(person);
    if (at < 0) return;
    const renewed = await deeds.renew(person);
    people[at] = person.name === 'admin' ? await appoint(renewed) : renewed;
  }

  async function asAdmin(query: string, variables: object = {}): Promise<void> {
    const answer = await send(node.adminUrl ?? '', { query, variables: { ...variables } }, people[0]?.token);
    lore.learn(answer.data);
  }

  async function replenish(): Promise<void> {
    const [admin] = people;
    if (admin === undefined) return;
    people[0] = await appoint(admin);
    await asAdmin('mutation { removeBeforeSend(input: {}) { errors { code } } }');
    await asAdmin('mutation { rollBackSettings(input: { version: 0 }) { errors { code } } }');
    for (const { id } of people) await asAdmin('mutation ($id: ID!) { restoreUser(input: { userId: $id }) { errors { code } } }', { id });
    await node.chat.jobs.doDue();
    await company(deeds, people);
    await asAdmin(everythingForAdmins);
  }

  for (const person of people.slice(1)) await deeds.act(person, 'requestDataExport', {});
  await replenish();
  return {
    node,
    endpoint,
    adminEndpoint: node.adminUrl ?? '',
    people,
    renew,
    replenish,
    async tap() {
      // One of the two is always a change, and quiet hours have no rate limit.
      for (const person of people) {
        await deeds.act(person, 'setQuietHours', { quietHours: { start: '03:00', end: '03:01', timeZone: 'UTC' } });
        await deeds.act(person, 'setQuietHours', { quietHours: null });
      }
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

// Reads the ids of what only operators see.
const everythingForAdmins = `{
  webhooks { __typename id }
  moderationQueue(first: 20) { edges { cursor node { __typename id } } }
  notices(first: 20) { edges { cursor node { __typename id } } }
  jobs(state: PENDING, first: 20) { edges { cursor node { __typename id } } }
  auditLog(first: 20) { edges { cursor node { __typename id } } }
  users(first: 20) { edges { cursor node { __typename id } } }
  blockedWordLists { __typename name }
  settings { __typename name }
}`;

type Made = Readonly<
  Record<string, Readonly<Record<string, { readonly id?: string; readonly node?: { readonly id: string } } | null>> | null>
>;

/** Creates a group of all users with every role and every kind of content, as well as contacts and a direct conversation. */
async function company({ act }: Deeds, people: readonly Person[]): Promise<void> {
  const [admin, owner, second, third, fourth, outsider] = people;
  if (!admin || !owner || !second || !third || !fourth || !outsider) return;
  for (const one of people) for (const other of people) if (one !== other) await act(one, 'unblockUser', { userId: other.id });
  const memberIds = [admin, second, third, fourth].map(({ id }) => id);
  const made = await act(owner, 'createGroup', {
    name: 'Everybody',
    memberIds,
    joinPolicy: 'APPROVAL',
    listed: true,
    historyForNewcomers: 'ALL',
  });
  const groupId = (made.data as Made | undefined)?.['createGroup']?.['group']?.id;
  if (groupId === undefined) return;
  await act(owner, 'setRole', { groupId, userId: second.id, role: 'ADMIN' });
  await act(owner, 'createInvite', { groupId });
  await act(outsider, 'joinGroup', { groupId, note: 'Let me in.' });
  const say = async (as: Person, text: string, more: object = {}) => {
    const sent = await act(as, 'sendMessage', { conversationId: groupId, clientMessageId: randomUUID(), text, ...more });
    return (sent.data as Made | undefined)?.['sendMessage']?.['messageEdge']?.node?.id;
  };
  const messageId = await say(third, 'hello, all who said words', {
    attachments: [{ url: 'https://example.com/a.png', mediaType: 'image/png', name: 'A' }],
    mentionIds: [owner.id],
    data: { type: 'poll', options: ['sea', 'hills'] },
  });
  await say(fourth, 'An answer.', { replyToId: messageId, threadRootId: messageId });
  await act(second, 'addReaction', { messageId, emoji: '🎉' });
  await act(owner, 'pinMessage', { messageId });
  await act(third, 'editMessage', { messageId, text: 'hello, better said' });
  await act(fourth, 'reportMessage', { messageId, reason: 'SPAM' });
  await act(fourth, 'reportUser', { userId: third.id, reason: 'OTHER' });
  await act(third, 'requestContact', { userId: outsider.id, note: 'It is me.' });
  await act(owner, 'requestContact', { userId: second.id });
  await act(second, 'requestContact', { userId: owner.id });
  await act(owner, 'openDirectConversation', { userId: second.id });
  for (const one of people) await act(one, 'setPresence', { status: 'ONLINE' });
}
