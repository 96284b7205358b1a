import type { Logger } from 'pino';
import type { NodeRecord, Nodes } from '../cluster/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Log } from '../log/index.ts';
import { type Connection, leaseOf, type Roster } from '../presence/index.ts';
import { createAccounts } from '../user/index.ts';
import type { Oversight } from './oversight.ts';

/** The parts of the module. */
export interface OversightParts {
  readonly db: Db;
  readonly log: Log;
  readonly nodes: Nodes;
  readonly roster: Roster;
  readonly logger: Logger;
}

/** Creates the oversight. The caller still owns the parts. */
export function createOversight({ db, log, nodes: all, roster, logger }: OversightParts): Oversight {
  const accounts = createAccounts({ db, log });

  async function nodes(): Promise<readonly NodeRecord[]> {
    return (await all.nodes()).toSorted((one, other) => compare(one.name, other.name) || compare(one.nodeId, other.nodeId));
  }

  async function standing(userId: bigint): Promise<readonly Connection[]> {
    const [attendance] = await roster.of([userId]).catch((cause: unknown) => {
      throw new ChatError('UNAVAILABLE', 'Connections cannot be read right now. Try again later.', { cause });
    });
    const { connections = [] } = attendance ?? {};
    return connections.filter(({ leaving }) => !leaving).toSorted((one, other) => one.since.getTime() - other.since.getTime());
  }

  async function close(connections: readonly Connection[]): Promise<void> {
    const told = [...Map.groupBy(connections, ({ id }) => leaseOf(id).nodeId)].map(([nodeId, there]) =>
      all.send(nodeId, { kind: 'close', connections: there.map(({ id }) => id), why: 'DISCONNECTED' }),
    );
    await Promise.all(told);
  }

  return {
    nodes,
    async drain(actorId, { nodeId }) {
      const node = (await nodes()).find((one) => one.nodeId === nodeId);
      if (node === undefined || !running.has(node.state)) {
        throw new ChatError('NOT_FOUND', `There is no running node ${JSON.stringify(nodeId.slice(0, 100))}.`, { field: ['nodeId'] });
      }
      logger.info({ ...actor(actorId), nodeId, name: node.name }, 'an operator asked a node to stop');
      await all.send(nodeId, { kind: 'drain' });
      return node;
    },
    async connections(userId) {
      const [open, sessions, running] = await Promise.all([standing(userId), accounts.sessions(userId), all.nodes()]);
      return open.map(({ id, sessionId, deviceKind, since, idle }) => ({
        ...{ id, sessionId, deviceKind, since, idle },
        deviceName: sessions.find((session) => session.id === sessionId)?.deviceName ?? null,
        node: running.find(({ nodeId }) => nodeId === leaseOf(id).nodeId) ?? null,
      }));
    },
    async disconnect(actorId, { userId, endSessions = false }) {
      if ((await accounts.byId(userId)) === null) throw new ChatError('NOT_FOUND', 'User not found.', { field: ['userId'] });
      // The roster is only needed for the number of connections, so ending the sessions works without it.
      const open = await standing(userId).catch((error: unknown) => {
        if (endSessions) return null;
        throw error;
      });
      const ended = endSessions ? await accounts.endSessions(userId) : [];
      // With the sessions ended, every node learns from the log to close the connections. A close for another reason first would invite
      // clients back.
      if (!endSessions) await close(open ?? []);
      const outcome = { connections: open?.length ?? null, sessions: ended.length };
      logger.info({ ...actor(actorId), userId: String(userId), ...outcome }, 'an operator disconnected a user');
      return outcome;
    },
  };
}

// A node that has left or is being taken over receives no commands any more.
const running: ReadonlySet<NodeRecord['state']> = new Set(['STARTING', 'READY', 'DRAINING']);

function actor(actorId: bigint | null): { readonly actorId: string | null } {
  return { actorId: actorId === null ? null : String(actorId) };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
