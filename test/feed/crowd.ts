import { randomBytes } from 'node:crypto';
import pino from 'pino';
import type { Bus } from '../../src/bus/index.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createFeed } from '../../src/feed/create-feed.ts';
import type { Feed, FeedEvent, KnownPosition } from '../../src/feed/index.ts';
import { createGroups } from '../../src/group/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createLog, type Entry, type Log, type LogRange } from '../../src/log/index.ts';
import { createMessages } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { newUuid } from '../../src/uuid.ts';
import { freshKey } from '../group/talk-world.ts';
import { newKey } from '../user/users-world.ts';

/** What a feed has read from the log. */
export interface Asked {
  /** The range of each page. */
  readonly pages: LogRange[];
  /** The number of streams of each read of heads. */
  readonly heads: number[];
}

/** Many users, many groups, and a node's feed over them. */
export interface Crowd {
  readonly log: Log;
  /** Creates users with the rows that a sign-up writes, without hashing passwords. */
  people(count: number): Promise<readonly Viewer[]>;
  /** Creates a group of these users. The first one is the owner. */
  group(owner: Viewer, members: readonly Viewer[]): Promise<bigint>;
  /** Creates `count` groups with `member` as their only member and one entry each. Writes the rows that creating them would write. */
  groupsOf(member: Viewer, count: number): Promise<readonly bigint[]>;
  say(sender: Viewer, conversationId: bigint, text: string): Promise<unknown>;
  /** Creates a node's feed with these variables, and records what it reads from the log. */
  feed(env?: Readonly<Record<string, string>>): { readonly feed: Feed; readonly asked: Asked };
}

const logger = pino({ level: 'silent' });
// The number of members that one call adds, and of streams that one append creates.
const atOnce = 100;

/** Creates a crowd. `feedBus`: the bus on which its feeds listen, if it differs from the bus for publishing. */
export function crowdOn({ db, bus, feedBus = bus }: { readonly db: Db; readonly bus: Bus; readonly feedBus?: Bus }): Crowd {
  const log = createLog({ db, bus, logger });
  const config = readConfig({ MAX_GROUP_MEMBERS: '10000', MAX_GROUPS_PER_USER: '10000' });
  const groups = createGroups({ db, log, limits: createMemoryLimits(), config });
  const messages = createMessages({ db, log, groups, bus, keys: [newKey()], config });

  async function inPieces<T>(count: number, make: (some: number) => Promise<readonly T[]>): Promise<readonly T[]> {
    const made: T[] = [];
    while (made.length < count) made.push(...(await make(Math.min(atOnce, count - made.length))));
    return made;
  }

  function makePeople(count: number): Promise<readonly Viewer[]> {
    return log.append({
      lock: [],
      decide: async () => ({
        create: Array.from({ length: count }, () => ({ kind: 'ACCOUNT' as const })),
        async write(tx, { created, at }) {
          const user = { displayName: 'Someone', passwordHash: '-', createdAt: at };
          await tx.user.createMany({ data: created.map((id) => ({ id, handle: `p${randomBytes(6).toString('hex')}`, ...user })) });
        },
        result: ({ created }) => created.map((userId) => ({ userId, sessionId: newUuid() })),
      }),
    });
  }

  function makeGroups({ userId }: Viewer, count: number): Promise<readonly bigint[]> {
    return log.append({
      lock: [],
      decide: async () => ({
        create: Array.from({ length: count }, () => ({ kind: 'GROUP' as const })),
        entries: (created) => created.map((stream) => ({ stream, actorId: null, entry: { type: 'MemberJoined', data: { userId } } })),
        async write(tx, { created, at }) {
          const group = { kind: 'GROUP', name: 'A group', memberCount: 1, createdById: userId, createdAt: at };
          await tx.conversation.createMany({ data: created.map((id) => ({ id, ...group })) });
          const membership = { userId, state: 'ACTIVE', role: 'OWNER', fromSeq: 1, joinedSeq: 1, joinedAt: at };
          await tx.membership.createMany({ data: created.map((conversationId) => ({ conversationId, ...membership })) });
        },
        result: ({ created }) => created,
      }),
    });
  }

  return {
    log,
    people: (count) => inPieces(count, makePeople),
    groupsOf: (member, count) => inPieces(count, (some) => makeGroups(member, some)),
    async group(owner, members) {
      const { id } = await groups.create(owner, { name: 'The group' });
      for (let from = 0; from < members.length; from += atOnce) {
        await groups.addMembers(owner, { groupId: id, userIds: members.slice(from, from + atOnce).map(({ userId }) => userId) });
      }
      return id;
    },
    say: (sender, conversationId, text) => messages.send(sender, { conversationId, text, clientMessageId: freshKey() }),
    feed(env = {}) {
      const asked: Asked = { pages: [], heads: [] };
      const noting: Log = {
        ...log,
        read(streamId, range) {
          asked.pages.push(range);
          return log.read(streamId, range);
        },
        heads(ids) {
          asked.heads.push(ids.length);
          return log.heads(ids);
        },
      };
      return {
        feed: createFeed({ db, log: noting, bus: feedBus, logger, config: readConfig({ HEAD_CHECK_MS: '600000', ...env }) }),
        asked,
      };
    },
  };
}

/** One subscription that is read as fast as possible, as a transport does. */
export interface Reading {
  readonly seen: readonly FeedEvent[];
  /** Resolves at StreamReady. Rejects with the error if it ended before. */
  readonly ready: Promise<void>;
  /** Returns the entries of one stream, in the order of arrival. */
  of(streamId: bigint): readonly Entry[];
  stop(): void;
}

/** Reads a viewer's subscription. Calls `onReady` at the moment of StreamReady. */
export function readAll(
  feed: Feed,
  viewer: Viewer,
  { after, onReady }: { readonly after?: readonly KnownPosition[]; readonly onReady?: () => void } = {},
): Reading {
  const seen: FeedEvent[] = [];
  const ready = Promise.withResolvers<void>();
  // Not every caller awaits it.
  ready.promise.catch(() => undefined);
  const events = feed.events(viewer, { after, signal: new AbortController().signal });
  events.watch({
    take: () => false,
    wake() {
      for (let event = events.poll(); event !== undefined; event = events.poll()) {
        seen.push(event);
        if (event.kind !== 'ready') continue;
        onReady?.();
        ready.resolve();
      }
      const end = events.end();
      if (end !== undefined) ready.reject(end.error);
    },
  });
  return {
    seen,
    ready: ready.promise,
    of: (streamId) => seen.flatMap((event) => (event.kind === 'entry' && event.entry.streamId === streamId ? [event.entry] : [])),
    stop: () => void events.return(),
  };
}
