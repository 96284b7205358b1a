import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { expect } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Bus } from '../../src/bus/index.ts';
import { type Config, readConfig } from '../../src/config.ts';
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

/** What a node may be told otherwise. */
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

/** Groups and messages on a database, with people in it and the means to look behind them. */
export interface TalkWorld extends TalkNode, AsyncDisposable {
  readonly db: Db;
  readonly log: Log;
  readonly bus: Bus;
  /** The first key of every node that is not told otherwise. */
  readonly key: ServerKey;
  node(options?: NodeOptions): TalkNode;
  /** So many fresh people; by default three. */
  people(): Promise<readonly [Viewer, Viewer, Viewer]>;
  person(): Promise<Viewer>;
  /** A group of these people, the first of whom owns it; its id. */
  group(owner: Viewer, ...members: readonly Viewer[]): Promise<bigint>;
  /** A direct conversation that the first has opened; its id. */
  direct(opener: Viewer, other: Viewer): Promise<bigint>;
  say(sender: Viewer, conversationId: bigint, text?: string): Promise<Message>;
  /** A message as it stands by now; null: it is not there. */
  found(message: Message): Promise<Message | null>;
  /** What it said before its edits, newest first, at most ten. */
  editsOf(message: Message): Promise<readonly Edit[]>;
  /** A stream's entries, oldest first. */
  entries(streamId: bigint): Promise<readonly Entry[]>;
  /** What an account was told of conversations, oldest first. */
  told(viewer: Viewer): Promise<readonly Pick<Entry, 'type' | 'data' | 'actorId'>[]>;
  access(viewer: Viewer, conversationId: bigint): Promise<Membership | null>;
  /** Resolves when the database's clock shows a later ms than when it was called. */
  tick(): Promise<void>;
}

/** Puts the modules on a database, which goes with the world. */
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

/** A client's key that was not used before. */
export function freshKey(): string {
  return randomBytes(8).toString('hex');
}

/** What an act was refused with. Fails where it was not refused. */
export async function refusal(act: Promise<unknown>): Promise<{ readonly code: ErrorCode; readonly field: readonly string[] | undefined }> {
  const [outcome] = await Promise.allSettled([act]);
  if (outcome.status === 'fulfilled') throw new Error('the act was not refused');
  if (!(outcome.reason instanceof ChatError)) throw outcome.reason;
  const { code, field } = outcome.reason;
  return { code, field };
}
