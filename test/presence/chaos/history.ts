import type { Chronicle, Noted } from '../../chaos/chronicle.ts';

/** A device, and whose it is. */
export interface DeviceRecord {
  readonly what: 'device';
  readonly device: string;
  readonly user: string;
}

/** The server has acknowledged a connection of a device, which began to connect at `began`. */
export interface OpenRecord {
  readonly what: 'open';
  readonly device: string;
  /** Numbers the connections of all devices. */
  readonly connection: number;
  readonly node: number;
  readonly began: number;
}

/** A device is about to end its connection. */
export interface LeaveRecord {
  readonly what: 'leave';
  readonly device: string;
  readonly connection: number;
}

/** A device, or a watcher, has seen the end of a connection; of a watcher's `connection` is 0. */
export interface CloseRecord {
  readonly what: 'close';
  readonly device: string;
  readonly connection: number;
  readonly node: number;
  readonly code: number;
  readonly reason: string;
}

/** One try of a user to be seen otherwise. */
export interface ChoiceRecord {
  readonly what: 'choice';
  readonly user: string;
  readonly began: number;
  readonly node: number;
  readonly status: 'ONLINE' | 'AWAY' | 'BUSY' | 'INVISIBLE';
  /** '' is none. */
  readonly text: string;
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  readonly code?: string | undefined;
}

/** A watcher has begun a subscription; each has a number of its own. */
export interface WatchRecord {
  readonly what: 'watch';
  readonly subscription: number;
  readonly watcher: string;
  readonly node: number;
}

/** What a subscription told of a user. */
export interface ToldRecord {
  readonly what: 'told';
  readonly subscription: number;
  readonly user: string;
  readonly status: 'ONLINE' | 'AWAY' | 'BUSY' | 'OFFLINE';
  /** '' is none. */
  readonly text: string;
  readonly devices: number;
  readonly lastSeenAt: string | null;
}

/** A fault that has ended. `node`: which it befell; null: Redis, and with it all. */
export interface FaultRecord {
  readonly what: 'fault';
  readonly began: number;
  readonly kind: FaultKind;
  readonly node: number | null;
}

/** What can befall nodes and Redis. */
export type FaultKind =
  | 'node killed'
  | 'node stopped'
  | 'node paused'
  | 'Redis killed'
  | 'Redis emptied'
  | 'Redis paused'
  | 'Redis out of reach'
  | 'Redis connections cut'
  | 'clients cut';

/** What a node said of leases: it has claimed one, it has done what was to be done about it, it was fenced, it has left by itself. */
export interface LeaseRecord {
  readonly what: 'lease';
  readonly kind: 'claimed' | 'finished' | 'fenced' | 'left';
  /** Who says it. */
  readonly node: number;
  /** `nodeId:epoch` of the lease that has ended. */
  readonly lease: string;
  /** Whose it was; undefined where it is not said. */
  readonly holder?: number | undefined;
}

/** A node did what none does: ended by itself, wrote of a bug. */
export interface NodeRecord {
  readonly what: 'node';
  readonly node: number;
  readonly detail: string;
}

/** Everybody has stayed as they were since `began`, when nothing was broken any more. `here`: devices that want to be connected. */
export interface RestRecord {
  readonly what: 'rest';
  readonly began: number;
  readonly here: readonly string[];
}

/** Anything that happens in a run. */
export type Happening =
  | DeviceRecord
  | OpenRecord
  | LeaveRecord
  | CloseRecord
  | ChoiceRecord
  | WatchRecord
  | ToldRecord
  | FaultRecord
  | LeaseRecord
  | NodeRecord
  | RestRecord;

/** Something that happened, and when it was over, in ms since the run began. */
export type Recorded<T extends Happening> = Noted<T>;

/** Anything that happened, with its time. */
export type HistoryRecord = Recorded<Happening>;

/** Everything that happened in a run. */
export type History = Chronicle<Happening>;
