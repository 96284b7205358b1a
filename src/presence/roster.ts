import type { Lease } from '../cluster/index.ts';
import type { DeviceKind } from '../user/index.ts';

/** A socket, or a subscription over HTTP, of a signed-in device. */
export interface Connection {
  /** Begins with the lease that holds it (leaseOf). */
  readonly id: string;
  readonly userId: bigint;
  /** UUID text. */
  readonly sessionId: string;
  readonly deviceKind: DeviceKind;
  readonly since: Date;
  /** Nothing was asked for on it for long. */
  readonly idle: boolean;
  /** It has ended, and counts for a while on: the device may come back. */
  readonly leaving: boolean;
}

/** Names a connection. */
export type ConnectionRef = Pick<Connection, 'id' | 'userId'>;

/** Where a user is connected. */
export interface Attendance {
  readonly userId: bigint;
  /** Rises with each change, and goes on to rise when nothing is left: of two, the one with the higher is the later. 0: there is none. */
  readonly rev: number;
  readonly connections: readonly Connection[];
}

/** What a change has come to. */
export interface Attended {
  /** The connection as it stood before; null: it was not there. */
  readonly before: Connection | null;
  readonly after: Attendance;
}

/**
 * Who is connected where, for all nodes. What is put is kept until it is removed: whoever takes over a lease removes what that held. All reject where the
 * roster cannot be reached, within a second; whether it was done is not known then, and doing it again is safe.
 */
export interface Roster extends AsyncDisposable {
  put(connection: Connection): Promise<Attended>;
  remove(connection: ConnectionRef): Promise<Attended>;
  /** In the order asked for. */
  of(userIds: readonly bigint[]): Promise<readonly Attendance[]>;
  /** Some of the connections that a lease holds, or has tried to put; empty: there are none left. */
  heldBy(lease: Lease): Promise<readonly ConnectionRef[]>;
}

/** The connection's id under a lease. */
export function connectionId({ nodeId, epoch }: Lease, count: number): string {
  return `${nodeId}.${epoch}.${count}`;
}

/** The lease that holds a connection. */
export function leaseOf(connectionId: string): Lease {
  const [nodeId = '', epoch = '0'] = connectionId.split('.');
  return { nodeId, epoch: Number(epoch) };
}

/** What others can see of where a user is connected. */
export interface Standing {
  readonly devices: number;
  /** On all of them nothing was asked for in long. */
  readonly idle: boolean;
}

/** A device counts once, with however many connections, and for a while after it has left. */
export function standingOf(connections: readonly Connection[]): Standing {
  const devices = new Set(connections.map(({ sessionId }) => sessionId)).size;
  return { devices, idle: devices > 0 && connections.every(({ idle }) => idle) };
}

/** How it stood before a change. */
export function standingBefore({ before, after: { connections } }: Attended, id: string): Standing {
  return standingOf([...connections.filter((one) => one.id !== id), ...(before === null ? [] : [before])]);
}
