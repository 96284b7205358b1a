import type { Logger } from 'pino';
import { type Audit, createAudit } from './audit/index.ts';
import type { Bus } from './bus/index.ts';
import type { CacheCounts, Caches } from './cache/index.ts';
import { type Cluster, createCluster, type Registry } from './cluster/index.ts';
import type { Config } from './config/index.ts';
import { type Blocks, type Contacts, createBlocks, createContacts } from './contact/index.ts';
import type { Db } from './db/index.ts';
import { createDrafts, type Drafts } from './draft/index.ts';
import { createExports, type DataExports } from './export/index.ts';
import { createFeed, type Feed } from './feed/index.ts';
import {
  createGroupAdministration,
  createGroups,
  createJoining,
  frozenMarkers,
  type GroupAdministration,
  type Groups,
  type Joining,
} from './group/index.ts';
import { createIdentities } from './identity/index.ts';
import { jobHandlersOf } from './job-handlers.ts';
import { type Backlog, createBacklog, createJobs, type Jobs } from './jobs/index.ts';
import type { Limits } from './limit/index.ts';
import { type CommitCounts, createLog, type Entry } from './log/index.ts';
import { createMessages, type Messages } from './message/index.ts';
import { createModeration, createReports, type Moderation, type Reports } from './moderation/index.ts';
import { createNotices, type Notices } from './notice/index.ts';
import { createOversight, type Oversight } from './oversight/index.ts';
import { createPresences, type Presences, type Roster } from './presence/index.ts';
import { problemsOf } from './problems.ts';
import { createPush, type Push } from './push/index.ts';
import { createRetention, type Retention } from './retention/index.ts';
import { createSavedMessages, type SavedMessages } from './saved/index.ts';
import { createScheduledMessages, type ScheduledMessages } from './scheduled/index.ts';
import { createSearch, type Search } from './search/index.ts';
import { nameOfKey, type ServerKey } from './server-key.ts';
import { createSettings, type Settings } from './settings/index.ts';
import { noTracer, type Tracer } from './tracer.ts';
import {
  type Administration,
  changedUsers,
  createAdministration,
  createRoles,
  createUserCache,
  createUsers,
  type PasswordCost,
  type Roles,
  type Users,
} from './user/index.ts';
import { type BeforeSends, createBeforeSend, createWebhooks, type Webhooks } from './webhook/index.ts';
import { type BlockedWords, createWords } from './words/index.ts';
import { createWorker, type Effect, type Queue, type Worker } from './worker/index.ts';

/** The chat: everything the API does, without GraphQL. */
export interface Chat extends AsyncDisposable {
  readonly users: Users;
  readonly contacts: Contacts;
  readonly blocks: Blocks;
  readonly groups: Groups;
  readonly joining: Joining;
  readonly messages: Messages;
  readonly scheduled: ScheduledMessages;
  readonly drafts: Drafts;
  readonly saved: SavedMessages;
  readonly search: Search;
  readonly exports: DataExports;
  readonly notices: Notices;
  readonly reports: Reports;
  readonly moderation: Moderation;
  readonly words: BlockedWords;
  readonly webhooks: Webhooks;
  readonly beforeSend: BeforeSends;
  readonly push: Push;
  readonly presence: Presences;
  readonly retention: Retention;
  readonly feed: Feed;
  readonly jobs: Jobs;
  readonly worker: Worker;
  /** Jobs, as operators see them. */
  readonly backlog: Backlog;
  readonly cluster: Cluster;
  /** Cache hits and misses of users and conversations on this node since the start. */
  readonly cacheCounts: CacheCounts;
  /** Returns what this node has committed since the start. */
  commitCounts(): CommitCounts;
  readonly settings: Settings;
  readonly roles: Roles;
  readonly oversight: Oversight;
  readonly administration: Administration;
  readonly groupAdministration: GroupAdministration;
  readonly audit: Audit;
  /** Largest number of members for which a group has receipts. */
  readonly receiptMembers: number;
  /** Finds what is wrong, one line each. Empty while database, bus and the registry of nodes answer. Takes at most 2 s. */
  problems(): Promise<readonly string[]>;
  /**
   * Reads the stored settings, the lists of words and the app to ask, and follows their changes. Then starts this node's part in what
   * nobody asks for: jobs, effects, pushes and retention. Called once. Throws ChatError UNAVAILABLE.
   */
  begin(): Promise<void>;
}

/** The parts that a chat is made of. */
export interface ChatParts {
  readonly db: Db;
  readonly bus: Bus;
  readonly limits: Limits;
  readonly registry: Registry;
  readonly caches: Caches;
  readonly roster: Roster;
  readonly queue: Queue;
  /** This node's id from newNodeId, by which other nodes know what it holds. Defaults to a new one. */
  readonly nodeId?: string;
  /** Effects of entries, in addition to the chat's own. */
  readonly effects?: readonly Effect[];
  /** The first key signs, all of them verify. */
  readonly keys: readonly ServerKey[];
  /** As configured. Settings that were changed take effect from `settings.begin()` on. */
  readonly config: Config;
  readonly logger: Logger;
  /** Absent if nothing is traced. */
  readonly tracer?: Tracer;
  /** The cost of a password's hash. Tests use less than the default. */
  readonly passwordCost?: PasswordCost | undefined;
}

/**
 * Wires the modules. Disposing the chat finishes the writes in progress, then ends the feed. The caller still owns database, bus and
 * caches.
 */
export function createChat({
  db,
  bus,
  limits,
  registry,
  roster,
  queue,
  caches,
  keys,
  config: configured,
  logger,
  tracer = noTracer,
  passwordCost,
  ...more
}: ChatParts): Chat {
  const settings = createSettings({ db, bus, config: configured, logger });
  const { config } = settings;
  const { commitBatch: batch, commitQueue, writeDeadlineMs: deadlineMs } = config;
  const cluster = createCluster({ registry, bus, logger, config, keys: keys.map(nameOfKey), nodeId: more.nodeId });
  // Runs before the dead node's users are reported as offline, which takes a while.
  cluster.onDead(async ({ nodeId }) => {
    await Promise.all([worker.inherit(nodeId), jobs.inherit(nodeId)]);
  });
  const kept = createUserCache({ db, caches });
  const onStored = (entries: readonly Entry[]): void => {
    kept.forget(changedUsers(entries));
    presence.stored(entries);
  };
  const onHeard = (entries: readonly Entry[]) => kept.renew(changedUsers(entries));
  const log = createLog({ db, bus, logger, limits: { batch, queue: commitQueue, deadlineMs }, onStored, tracer });
  const words = createWords({ db, bus, config, logger });
  const { screen } = words;
  const identities = createIdentities({ config, logger });
  const users = createUsers({ db, log, limits, keys, config, logger, identities, kept, screen, passwordCost });
  const people = { db, log, limits, config, blockEffects: frozenMarkers, screen };
  const [contacts, blocks] = [createContacts(people), createBlocks(people)];
  const groups = createGroups({ db, log, limits, config, caches, screen });
  const joining = createJoining({ db, log, limits, config, caches, screen });
  const beforeSend = createBeforeSend({ db, bus, logger, config, tracer });
  const messages = createMessages({ db, log, groups, bus, keys, config, screen, approval: beforeSend });
  const scheduled = createScheduledMessages({ db, log, messages, config });
  const drafts = createDrafts({ db, log, config });
  const saved = createSavedMessages({ db, log, config });
  const notices = createNotices({ db, log });
  const moderation = createModeration({ db, log, config });
  const reports = createReports({ db, log, limits, config });
  const webhooks = createWebhooks({ db, log, logger, config, onRead: onHeard, tracer });
  const presence = createPresences({
    ...{ db, log, bus, limits, roster, cluster, config, logger, screen },
    renew: (userId) => kept.renew([userId]),
  });
  const push = createPush({ db, log, roster, users, contacts, groups, messages, notices, keys, config, logger });
  const exports = createExports({
    ...{ db, log, logger, keys, users, contacts, blocks, groups, joining, messages, scheduled, drafts, saved },
    ...{ presence, push, reports, config },
  });
  const audit = createAudit({ db, logger, config });
  const feed = createFeed({ db, log, bus, logger, config, onHeard, tracer });
  const retention = createRetention({ db, log, logger, config });
  const effects: readonly Effect[] = [webhooks.effect, push.effect, ...(more.effects ?? [])];
  const worker = createWorker({ db, log, queue, effects, config, logger, tracer });
  const withJobs = {
    ...{ users, contacts, groups, joining, messages, scheduled, drafts, saved },
    ...{ exports, notices, moderation, webhooks, push, worker, retention },
  };
  const handlers = jobHandlersOf(withJobs);
  const jobs = createJobs({ db, logger, config, handlers, tracer, nodeId: cluster.lease.nodeId });

  async function begin(): Promise<void> {
    await settings.begin();
    await words.begin();
    await beforeSend.begin();
    // Not before: with the configured settings, a round would remove what a stored setting keeps, and a scheduled message would be sent
    // without being checked.
    if (config.roles.includes('worker')) jobs.begin();
    worker.begin();
    push.begin();
    retention.begin();
  }

  async function dispose(): Promise<void> {
    await settings[Symbol.asyncDispose]();
    await words[Symbol.asyncDispose]();
    await audit[Symbol.asyncDispose]();
    await retention[Symbol.asyncDispose]();
    await webhooks[Symbol.asyncDispose]();
    await beforeSend[Symbol.asyncDispose]();
    await Promise.all([jobs[Symbol.asyncDispose](), worker[Symbol.asyncDispose]()]);
    await push[Symbol.asyncDispose]();
    // Accepted writes are stored and published before subscriptions end.
    await messages[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await presence[Symbol.asyncDispose]();
    await feed[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  }

  // Last, so other nodes learn of a node that is complete, and every handler that takes over from dead nodes is registered.
  cluster.start();
  audit.begin();

  const { receiptMembers } = config;
  return {
    ...withJobs,
    blocks,
    search: createSearch({ db, limits, users, groups, messages, tracer, config }),
    reports,
    words,
    beforeSend,
    presence,
    feed,
    jobs,
    backlog: createBacklog({ db }),
    cluster,
    cacheCounts: caches.counts,
    commitCounts: () => log.counts(),
    settings,
    roles: createRoles({ db, log, config }),
    oversight: createOversight({ db, log, nodes: cluster, roster, logger }),
    administration: createAdministration({ db, log, config, passwordCost }),
    groupAdministration: createGroupAdministration({ db, log, config }),
    audit,
    receiptMembers,
    problems: () => problemsOf({ db, bus, cluster }),
    begin,
    [Symbol.asyncDispose]: dispose,
  };
}
