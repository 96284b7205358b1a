import { createWriteStream } from 'node:fs';

/** A place in a stream, as a device holds it and as StreamReady names it. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

/** How one attempt ended: stored, refused for a reason that a retry does not change, or not known. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

interface Attempt {
  /** ms since the run began, as all times here. */
  readonly began: number;
  readonly node: number;
  readonly outcome: Outcome;
  /** The refusal's code, or what went wrong. */
  readonly code?: string | undefined;
}

/** One try to send a message; a retry has the same `key`. */
export interface Sending extends Attempt {
  readonly what: 'send';
  readonly by: string;
  readonly stream: string;
  /** clientMessageId. */
  readonly key: string;
  readonly text: string;
  /** Where it was stored, if it was acknowledged. */
  readonly seq?: number | undefined;
}

/** One try to remove or add a member. */
export interface MembershipChange extends Attempt {
  readonly what: 'removal' | 'addition';
  readonly stream: string;
  readonly user: string;
}

/** One try to move the own read marker. */
export interface Marking extends Attempt {
  readonly what: 'mark';
  readonly user: string;
  readonly stream: string;
  readonly seq: number;
}

/** One try to change what a message says, or to take it back: then `text` is ''. */
export interface Change extends Attempt {
  readonly what: 'edit';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly text: string;
}

/** One try to put an emoji on a message, or to take it off. */
export interface Reacting extends Attempt {
  readonly what: 'reaction';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly emoji: string;
  readonly added: boolean;
}

/** One try to pin a message, or to unpin it. */
export interface Pinning extends Attempt {
  readonly what: 'pin';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly pinned: boolean;
}

/** One try to rule a group: to give a member a role, to mute them or no longer, or to call the group something. `user`: whose; of the group itself ''. */
export interface Ruling extends Attempt {
  readonly what: 'ruling';
  readonly stream: string;
  readonly user: string;
  readonly kind: 'role' | 'mute' | 'name';
  readonly to: string;
}

/** A device that follows everything its user may see. `holds`: where it begins. */
export interface DeviceStart {
  readonly what: 'device';
  readonly device: string;
  readonly user: string;
  readonly holds: readonly Place[];
}

/** An entry of a log, as a device was given it or as it stands in the database. */
export interface EntryFacts {
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  /** ISO time. */
  readonly loggedAt: string;
  /** Of a message. */
  readonly key?: string | undefined;
  readonly text?: string | undefined;
  readonly sender?: string | undefined;
  /** Who came or went. */
  readonly member?: string | undefined;
  /** Who did it, to which message, and what: it was edited to a text, taken back, given an emoji, pinned, or the reverse. */
  readonly actor?: string | undefined;
  readonly target?: number | undefined;
  readonly emoji?: string | undefined;
  readonly added?: boolean | undefined;
  readonly pinned?: boolean | undefined;
  /** Of a conversation that was opened: where it begins. Of one that was closed: which. */
  readonly opened?: Place | undefined;
  readonly closed?: string | undefined;
}

/** What a device was told over its socket, or did with it. */
export type Told =
  | { readonly what: 'subscribe'; readonly after: readonly Place[] }
  | { readonly what: 'close'; readonly code: number; readonly reason: string }
  | { readonly what: 'entry'; readonly entry: EntryFacts }
  | { readonly what: 'ready'; readonly positions: readonly Place[] }
  | { readonly what: 'resync'; readonly stream: string; readonly lastSeq: number | null; readonly reason: string }
  | { readonly what: 'marker'; readonly stream: string; readonly readSeq: number; readonly unread: number }
  | { readonly what: 'peer-marker'; readonly stream: string }
  // Nothing that a correct server sends.
  | { readonly what: 'odd'; readonly detail: string };

/** The same, with the device and the node that it was connected to. */
export type DeviceRecord = Told & { readonly device: string; readonly node: number };

/** A fault, from its first effect to its healing. `effect`: what was seen of it where that can be seen. */
export interface FaultRecord {
  readonly what: 'fault';
  readonly began: number;
  readonly kind: string;
  readonly target: string;
  readonly effect: string;
}

/** A stream as it stands in the database at the end, read past the server. */
export interface LogRecord {
  readonly what: 'log';
  readonly stream: string;
  readonly kind: 'conversation' | 'account';
  readonly lastSeq: number;
  readonly entries: readonly EntryFacts[];
}

/** What the API answers a member about a conversation once nothing changes any more. */
export interface StateRecord {
  readonly what: 'state';
  readonly node: number;
  readonly user: string;
  readonly stream: string;
  readonly lastSeq: number;
  readonly members: readonly string[];
  /** Of each member, in the same order. */
  readonly roles: readonly string[];
  readonly name: string;
  /** The newest messages, oldest first; `reactions`: emojis with their counts, in order of emoji. */
  readonly newest: readonly {
    readonly seq: number;
    readonly text: string;
    readonly reactions?: string | undefined;
    readonly pinned?: boolean | undefined;
  }[];
  readonly readSeq: number;
  readonly unread: number;
}

/** Something the nodes wrote or did that no fault explains, such as an exit by themselves. */
interface NodeRecord {
  readonly what: 'node';
  readonly node: number;
  readonly detail: string;
}

/** Anything that happened. */
export type Happening =
  | Sending
  | MembershipChange
  | Marking
  | Change
  | Reacting
  | Pinning
  | Ruling
  | DeviceStart
  | DeviceRecord
  | FaultRecord
  | { readonly what: 'healed' }
  /** Somebody still lacked something when all should have had everything. */
  | { readonly what: 'late'; readonly detail: string }
  | LogRecord
  | StateRecord
  | NodeRecord;

/** Something that happened, and when it was over, in ms since the run began. */
export type Recorded<T extends Happening> = T & { readonly at: number };

/** Anything that happened, with its time. */
export type HistoryRecord = Recorded<Happening>;

/** Everything that happened in a run, in the order in which this process learned of it. */
export interface History {
  readonly records: readonly HistoryRecord[];
  /** The wall clock when the run began, in ms. */
  readonly startedAt: number;
  /** ms since the run began. */
  now(): number;
  note(happening: Happening): void;
}

// Long texts only tell that they are long: their beginning is unique, and a history of thousands would fill the memory.
const mostText = 60;

/** A text as the history keeps it. */
export function brief(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText)}… ${text.length}`;
}

/** Begins a history. `file`: written to as well, one JSON object a line. */
export function createHistory(file?: string): History {
  const records: HistoryRecord[] = [];
  const began = performance.now();
  const startedAt = Date.now();
  const stream = file === undefined ? undefined : createWriteStream(file);
  function now(): number {
    return Math.round(performance.now() - began);
  }
  return {
    records,
    startedAt,
    now,
    note(happening) {
      const record = { at: now(), ...happening };
      records.push(record);
      stream?.write(`${JSON.stringify(record)}\n`);
    },
  };
}
