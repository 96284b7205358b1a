import type {
  Blocking,
  Change,
  Closing,
  Drafting,
  Invitation,
  Marking,
  MembershipChange,
  Pinning,
  Postponing,
  Reacting,
  Ruling,
  Saving,
  Sending,
  Signalling,
  Transfer,
  Visit,
  Voting,
} from './attempt.ts';
import type { Chronicle, Noted } from './chronicle.ts';

/** A position in a stream, as a device holds it and as StreamReady names it. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

/** A device that follows everything its user may see. `holds`: the positions at which it starts. */
export interface DeviceStart {
  readonly what: 'device';
  readonly device: string;
  readonly user: string;
  readonly holds: readonly Place[];
}

/** An entry of a log, as a device received it or as the database has it. */
export interface EntryFacts {
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  /** ISO 8601. */
  readonly loggedAt: string;
  /** For a message. */
  readonly key?: string | undefined;
  readonly text?: string | undefined;
  readonly sender?: string | undefined;
  /** For a join or a leaving: the member. */
  readonly member?: string | undefined;
  /**
   * For a change of a message: the actor, the seq of the message, and the change. A message can be edited, recalled, reacted to or pinned,
   * and the latter two undone.
   */
  readonly actor?: string | undefined;
  readonly target?: number | undefined;
  readonly emoji?: string | undefined;
  readonly added?: boolean | undefined;
  readonly pinned?: boolean | undefined;
  /** For a vote: the indexes of the chosen options, as in '0 2'. Undefined if the poll is anonymous. */
  readonly choices?: string | undefined;
  /** For a draft or a saved message: its conversation, and its state when the device was told. Null if there is none. This is in no log. */
  readonly draft?: { readonly of: string; readonly text: string | null } | undefined;
  readonly saved?: { readonly of: string; readonly note: string | null } | undefined;
  /** The actor and the changed fields of a group or a member, as in the database. Not compared with what devices receive. */
  readonly change?: { readonly by: string; readonly fields: readonly string[] } | undefined;
  /** For a conversation that was opened: where it starts. For one that was closed: its id. */
  readonly opened?: Place | undefined;
  readonly closed?: string | undefined;
}

/** What a device received over its socket, or did with it. */
export type Told =
  | { readonly what: 'subscribe'; readonly after: readonly Place[] }
  | { readonly what: 'close'; readonly code: number; readonly reason: string }
  | { readonly what: 'entry'; readonly entry: EntryFacts }
  | { readonly what: 'ready'; readonly positions: readonly Place[] }
  | { readonly what: 'resync'; readonly stream: string; readonly lastSeq: number | null; readonly reason: string }
  | { readonly what: 'marker'; readonly stream: string; readonly readSeq: number; readonly unread: number }
  | { readonly what: 'peer-marker'; readonly stream: string }
  | { readonly what: 'heard'; readonly stream: string; readonly by: string; readonly name: string }
  // Anything that a correct server does not send.
  | { readonly what: 'odd'; readonly detail: string };

/** The same, with the device and the node that it was connected to. */
export type DeviceRecord = Told & { readonly device: string; readonly node: number };

/** A fault, from its first effect to its end. `effect`: its visible effect, if any. */
export interface FaultRecord {
  readonly what: 'fault';
  readonly began: number;
  readonly kind: string;
  readonly target: string;
  readonly effect: string;
}

/** A stream at the end, read directly from the database. */
export interface LogRecord {
  readonly what: 'log';
  readonly stream: string;
  readonly kind: 'conversation' | 'account';
  readonly lastSeq: number;
  readonly entries: readonly EntryFacts[];
  /** For a direct conversation: the two users, who may read all of it. */
  readonly between?: readonly string[] | undefined;
}

/** What a statement found in the database during the run, read directly. */
export interface LookRecord {
  readonly what: 'look';
  /** Each group, with the members whose role is OWNER, and the owner in its row. */
  readonly owned: readonly { readonly stream: string; readonly owners: readonly string[]; readonly named: string }[];
  /** Invites, with the uses that they have left. */
  readonly uses: readonly { readonly invite: string; readonly left: number }[];
}

/** What the API answers a member about a conversation once nothing changes any more. */
export interface StateRecord {
  readonly what: 'state';
  readonly node: number;
  readonly user: string;
  readonly stream: string;
  readonly lastSeq: number;
  readonly members: readonly string[];
  /** The role of each member, in the same order. */
  readonly roles: readonly string[];
  readonly name: string;
  /** The newest messages, oldest first. `reactions`: emojis with their counts, sorted by emoji. */
  readonly newest: readonly {
    readonly seq: number;
    readonly text: string;
    readonly reactions?: string | undefined;
    readonly pinned?: boolean | undefined;
  }[];
  readonly readSeq: number;
  readonly unread: number;
}

/** A poll once nothing changes any more: its row and votes in the database, and a node's counts. */
export interface PollRecord {
  readonly what: 'poll';
  readonly stream: string;
  readonly seq: number;
  readonly anonymous: boolean;
  readonly closed: boolean;
  /** Each voter, with the indexes of the chosen options, as in '0 2'. */
  readonly votes: readonly { readonly by: string; readonly choices: string }[];
  /** The number of votes of each option, and the number of voters. */
  readonly counts: readonly number[];
  readonly voters: number;
}

/** A user's draft and saved messages in a conversation once nothing changes any more, as in the database. */
export interface KeptRecord {
  readonly what: 'kept';
  readonly user: string;
  readonly stream: string;
  /** Null if nothing was ever written. `text` is null if the draft was ended. */
  readonly draft: { readonly writtenAt: number; readonly text: string | null } | null;
  readonly saved: readonly { readonly seq: number; readonly note: string }[];
}

/** Something that a node logged or did that no fault explains, such as an exit by itself. */
export interface NodeRecord {
  readonly what: 'node';
  readonly node: number;
  readonly detail: string;
}

/** Anything that happened. */
export type Happening =
  | Sending
  | Postponing
  | Voting
  | Closing
  | Drafting
  | Saving
  | Signalling
  | MembershipChange
  | Marking
  | Change
  | Reacting
  | Pinning
  | Ruling
  | Visit
  | Invitation
  | Transfer
  | Blocking
  | LookRecord
  | DeviceStart
  | DeviceRecord
  | FaultRecord
  | { readonly what: 'healed' }
  /** So many entries of accounts, which were made to look old, were deleted by a node. */
  | { readonly what: 'trimmed'; readonly entries: number }
  /** A device still lacked something when all should have had everything. */
  | { readonly what: 'late'; readonly detail: string }
  | LogRecord
  | StateRecord
  | PollRecord
  | KeptRecord
  | NodeRecord;

/** Something that happened, with the time of its end, in ms since the run began. */
export type Recorded<T extends Happening> = Noted<T>;

/** Anything that happened, with its time. */
export type HistoryRecord = Recorded<Happening>;

/** Everything that happened in a run. */
export type History = Chronicle<Happening>;

// Long texts only matter for their length. Their beginning is unique, and thousands of whole ones would fill the memory.
const mostText = 60;

/** Shortens a text for the history. */
export function brief(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText)}… ${text.length}`;
}
