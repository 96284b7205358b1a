import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { createUserTotals } from '../user-totals.ts';
import type { Screen } from '../words/index.ts';
import { watchable } from './acquaintance.ts';
import { choose } from './choose.ts';
import { chosenAt, readChosen, seenAs, veiled } from './chosen.ts';
import { tellOfEntries } from './entry-hints.ts';
import { createHintPublisher } from './hint-publisher.ts';
import { createLastSeenNotes } from './last-seen.ts';
import { type ConnectionOption, OwnConnections } from './own-connections.ts';
import type { Presence, Presences } from './presence.ts';
import { type Roster, summaryOf } from './roster.ts';
import { createRosterTrust } from './roster-trust.ts';
import { readUserConnections } from './user-connections.ts';
import { Watch } from './watch.ts';
import { Watching } from './watching.ts';

/** The parts that the presence module needs. */
export interface PresenceParts {
  readonly db: Db;
  readonly log: Log;
  readonly bus: Bus;
  readonly limits: Limits;
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly config: Pick<Config, ConnectionOption | 'maxWatched'>;
  readonly logger: Logger;
  /** Called when the cached profile of a user is out of date. */
  readonly renew: (userId: bigint) => void;
  /** Matches status texts against the blocked words. Without it, every text is allowed. */
  readonly screen?: Screen | undefined;
}

// Each change is published to all watchers. Nobody changes their status by hand this often.
const changesPerWindow = 60;
const windowSeconds = 15 * 60;

/**
 * Creates the presence module. Disposing it leaves this node's connections on the roster, for the node that takes over its lease. The
 * caller owns roster and cluster.
 */
export function createPresences(parts: PresenceParts): Presences {
  const { db, log, bus, limits, roster, config, logger, screen } = parts;
  const lastSeen = createLastSeenNotes({ db, logger });
  const telling = createHintPublisher(bus);
  const own = new OwnConnections({ ...parts, lastSeen, telling });
  const watching = new Watching(parts);
  const trust = createRosterTrust(parts);
  const changes = limits.limit({ name: 'presence', points: changesPerWindow, windowSeconds });
  const watches = new Set<Watch>();
  // Enough for a subscription of the largest size on each connection that a user may have.
  const mostWatched = config.maxConnections * config.maxWatched;
  const watched = createUserTotals({
    most: mostWatched,
    refusal: `All your subscriptions together can watch at most ${mostWatched} users on a node. End one before you open another.`,
  });

  async function of({ userId: viewerId }: Viewer, userIds: readonly bigint[]): Promise<readonly (Presence | ChatError | null)[]> {
    const [may, rows, attendances, now] = await Promise.all([
      watchable(db.client, viewerId, userIds),
      readChosen(db.client, userIds),
      readUserConnections(roster, userIds),
      db.now(),
    ]);
    const found = userIds.map((userId, place) => {
      const [row, { connections = [] } = {}] = [rows[place], attendances[place]];
      if (row === undefined || may[place] === 'CLOSED') return null;
      return may[place] === 'VEILED' ? veiled(userId) : seenAs(userId, summaryOf(connections), row, now);
    });
    if (!found.some(isOffline)) return found;
    const retryAfterMs = await trust.settlesIn();
    if (retryAfterMs === 0) return found;
    // Also of users who are invisible or veiled, so that nobody can tell them from those who are offline.
    const unknown = new ChatError('UNAVAILABLE', 'After an interruption it is not known yet who is offline. Try again.', { retryAfterMs });
    return found.map((presence) => (isOffline(presence) ? unknown : presence));
  }

  async function open(watch: Watch): Promise<void> {
    watched.add(watch.viewer.userId, watch.userIds.size);
    watches.add(watch);
    await watching.open(watch);
  }

  return {
    connect: (access, onClose) => own.connect(access, onClose),
    active: (viewer) => own.active(viewer),
    choose: (viewer, options) => choose({ db, log, changes, telling, screen }, viewer, options),
    async chosen(userIds) {
      const [rows, now] = await Promise.all([readChosen(db.client, userIds), db.now()]);
      return rows.map((row) => chosenAt(row, now));
    },
    of,
    watch(viewer, { userIds, signal }) {
      if (userIds.length > config.maxWatched)
        throw new ChatError('BAD_USER_INPUT', `At most ${config.maxWatched} users can be watched at once.`, { field: ['userIds'] });
      return new Watch({
        viewer,
        userIds,
        signal,
        onStart: (watch) => void open(watch).catch((error: unknown) => watch.fail(error)),
        onEnd(watch) {
          if (!watches.delete(watch)) return;
          watched.remove(viewer.userId, watch.userIds.size);
          watching.close(watch);
        },
      });
    },
    stored: (entries) => tellOfEntries(telling, entries),
    async [Symbol.asyncDispose]() {
      const stopping = new ChatError('UNAVAILABLE', 'This node is shutting down. Subscribe again.');
      for (const watch of [...watches]) watch.fail(stopping);
      await watching[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
      await lastSeen[Symbol.asyncDispose]();
      telling[Symbol.dispose]();
      trust[Symbol.dispose]();
    },
  };
}

function isOffline(presence: Presence | null): boolean {
  return presence?.status === 'OFFLINE';
}
