import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { expect } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import { type Config, readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError, type ErrorCode } from '../../src/errors.ts';
import {
  createGroupAdministration,
  createGroups,
  createJoining,
  type GroupAdministration,
  type Groups,
  type Joining,
  type Membership,
} from '../../src/group/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createLog, type Entry, type Log } from '../../src/log/index.ts';
import { createMessages, type Edit, type Message, type Messages } from '../../src/message/index.ts';
import type { ServerKey, Viewer } from '../../src/user/index.ts';
import { newKey, usersOn } from '../user/users-world.ts';

/** The configuration of a node, where it differs from the default. */
export interface NodeOptions extends Partial<Config> {
  readonly keys?: readonly ServerKey[];
}

/** The modules that act on conversations, on one database. */
export interface TalkNode {
  readonly groups: Groups;
  readonly groupAdministration: GroupAdministration;
  readonly joining: Joining;
  readonly messages: Messages;
}

/** Groups and messages on a database, with users and access to what is stored. */
export interface TalkWorld extends TalkNode, AsyncDisposable {
  readonly db: Db;
  readonly log: Log;
  readonly bus: Bus;
  /** The first key of every node without keys of its own. */
  readonly key: ServerKey;
  node(options?: NodeOptions): TalkNode;
  /** Three new users. */
  people(): Promise<readonly [Viewer, Viewer, Viewer]>;
  person(): Promise<Viewer>;
  /** Makes a group of these users, owned by the first. Resolves with its id. */
  group(owner: Viewer, ...members: readonly Viewer[]): Promise<bigint>;
  /** Opens a direct conversation by the first user. Resolves with its id. */
  direct(opener: Viewer, other: Viewer): Promise<bigint>;
  say(sender: Viewer, conversationId: bigint, text?: string): Promise<Message>;
  /** A message as it is stored now, or null if it is not there. */
  found(message: Message): Promise<Message | null>;
  /** The versions of a message before its edits, newest first, at most ten. */
  editsOf(message: Message): Promise<readonly Edit[]>;
  /** A stream's entries, oldest first. */
  entries(streamId: bigint): Promise<readonly Entry[]>;
  /** The entries about conversations in an account's stream, oldest first. */
  told(viewer: Viewer): Promise<readonly Pick<Entry, 'type' | 'data' | 'actorId'>[]>;
  access(viewer: Viewer, conversationId: bigint): Promise<Membership | null>;
  /** Resolves when the database's clock shows a later ms than at the call. */
  tick(): Promise<void>;
}

/** Makes the modules on a database, which is disposed with the world. */
export function talkOn(db: Db): TalkWorld {
  const bus = createMemoryBus();
  const log = createLog({ db, bus, logger: pino({ level: 'silent' }) });
  const limits = createMemoryLimits();
  const users = usersOn(db);
  const key = newKey('first');

  function node({ keys = [key], ...rest }: NodeOptions = {}): TalkNode {
    const config = { ...readConfig({}), ...rest };
    const groups = createGroups({ db, log, limits, config });
    const joining = createJoining({ db, log, limits, config });
    const groupAdministration = createGroupAdministration({ db, log, config });
    return { groups, groupAdministration, joining, messages: createMessages({ db, log, groups, bus, keys, config }) };
  }

  const usual = node();

  async function person(): Promise<Viewer> {
    return (await users.newcomer()).viewer;
  }

  async function entries(streamId: bigint): Promise<readonly Entry[]> {
    return (await log.read(streamId, { after: 0, limit: 10_000 })).entries;
  }

  return {
    ...usual,
    ...{ db, log, bus, key, node, person, entries },
    found: async (message) => (await usual.messages.byRefs([message]))[0] ?? null,
    editsOf: async (message) => (await usual.messages.edits([{ ...message, first: 10 }]))[0]?.items ?? [],
    people: async () => [await person(), await person(), await person()],
    async group(owner, ...members) {
      return (await usual.groups.create(owner, { name: 'The group', memberIds: members.map(({ userId }) => userId) })).id;
    },
    direct: async (opener, other) => (await usual.groups.openDirect(opener, { userId: other.userId })).id,
    say: (sender, conversationId, text = 'hello') => usual.messages.send(sender, { conversationId, text, clientMessageId: freshKey() }),
    async told({ userId }) {
      const all = await entries(userId);
      const told = all.filter(({ type }) => type === 'ConversationOpened' || type === 'ConversationClosed');
      return told.map(({ type, data, actorId }) => ({ type, data, actorId }));
    },
    async access({ userId }, conversationId) {
      const [membership] = await usual.groups.memberships([{ conversationId, userId }]);
      return membership ?? null;
    },
    async tick() {
      const start = await db.now();
      await expect.poll(async () => (await db.now()).getTime(), { interval: 1 }).toBeGreaterThan(start.getTime());
    },
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

/** Groups and joining whose first read of conversations waits until something has happened. Their rows are not cached. */
export function groupsAmid(
  { db, log }: Pick<TalkWorld, 'db' | 'log'>,
  happens: () => Promise<unknown>,
): Groups & Pick<Joining, 'directory'> {
  let happening: Promise<unknown> | undefined;
  async function heads(ids: readonly bigint[]) {
    happening ??= happens();
    await happening;
    return log.heads(ids);
  }
  const parts = { db, log: { ...log, heads }, limits: createMemoryLimits(), config: readConfig({}) };
  return { ...createGroups(parts), directory: createJoining(parts).directory };
}

/** The modules on a world's database, which count the raw statements that they read with. */
export function countingOn({ db }: TalkWorld): TalkWorld & { readonly statements: () => number } {
  let statements = 0;
  function $queryRaw(...asked: Parameters<typeof db.client.$queryRaw>) {
    statements += 1;
    return db.client.$queryRaw(...asked);
  }
  const client = new Proxy(db.client, {
    get: (target, name): unknown => (name === '$queryRaw' ? $queryRaw : Reflect.get(target, name)),
  });
  return { ...talkOn({ ...db, client }), statements: () => statements };
}

/** A client's key that was not used before. */
export function freshKey(): string {
  return randomBytes(8).toString('hex');
}

/** The code and field of a refusal. Fails if the act is not refused. */
export async function refusal(act: Promise<unknown>): Promise<{ readonly code: ErrorCode; readonly field: readonly string[] | undefined }> {
  const [outcome] = await Promise.allSettled([act]);
  if (outcome.status === 'fulfilled') throw new Error('the act was not refused');
  if (!(outcome.reason instanceof ChatError)) throw outcome.reason;
  const { code, field } = outcome.reason;
  return { code, field };
}
