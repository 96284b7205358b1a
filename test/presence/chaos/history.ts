import type { Chronicle, Noted } from '../../chaos/chronicle.ts';

/** A device and its user. */
export interface DeviceRecord {
  readonly what: 'device';
  readonly device: string;
  readonly user: string;
}

/** The server has acknowledged a device's connection, which began to connect at `began`. */
export interface OpenRecord {
  readonly what: 'open';
  readonly device: string;
  /** Unique over all devices. */
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

/** A device, or a watcher, has seen the end of a connection. `connection` is 0 for a watcher. */
export interface CloseRecord {
  readonly what: 'close';
  readonly device: string;
  readonly connection: number;
  readonly node: number;
  readonly code: number;
  readonly reason: string;
}

/** One attempt of a user to change their status. */
export interface ChoiceRecord {
  readonly what: 'choice';
  readonly user: string;
  readonly began: number;
  readonly node: number;
  readonly status: 'ONLINE' | 'AWAY' | 'BUSY' | 'INVISIBLE';
  /** '' if there is none. */
  readonly text: string;
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  readonly code?: string | undefined;
}

/** A watcher has started a subscription. Its number is unique. */
export interface WatchRecord {
  readonly what: 'watch';
  readonly subscription: number;
  readonly watcher: string;
  readonly node: number;
}

/** A presence that a subscription received. */
export interface ToldRecord {
  readonly what: 'told';
  readonly subscription: number;
  readonly user: string;
  readonly status: 'ONLINE' | 'AWAY' | 'BUSY' | 'OFFLINE';
  /** '' if there is none. */
  readonly text: string;
  readonly devices: number;
  readonly lastSeenAt: string | null;
}

/** A fault that has ended. `node`: the affected one, or null for Redis, which affects all. */
export interface FaultRecord {
  readonly what: 'fault';
  readonly began: number;
  readonly kind: FaultKind;
  readonly node: number | null;
}

/** The kinds of faults. */
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

/** A node's log about a lease: it has claimed one, finished a takeover, was fenced, or another node has left by itself. */
export interface LeaseRecord {
  readonly what: 'lease';
  readonly kind: 'claimed' | 'finished' | 'fenced' | 'left';
  /** The node whose log it is. */
  readonly node: number;
  /** `nodeId:epoch` of the lease that ended. */
  readonly lease: string;
  /** The node that held it. Undefined if the log does not say. */
  readonly holder?: number | undefined;
}

/** A node's unexpected behaviour: an exit by itself, or a bug in its log. */
export interface NodeRecord {
  readonly what: 'node';
  readonly node: number;
  readonly detail: string;
}

/** Nothing has changed since `began`, and there was no fault. `here`: the devices that are to be connected. */
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

/** Something that happened, with the time of its end, in ms since the run began. */
export type Recorded<T extends Happening> = Noted<T>;

/** Anything that happened, with its time. */
export type HistoryRecord = Recorded<Happening>;

/** Everything that happened in a run. */
export type History = Chronicle<Happening>;
