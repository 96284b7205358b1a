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

/** A place in a stream, as a device holds it and as StreamReady names it. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
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
  /** Of a vote: the places of all that was chosen, as '0 2'; undefined where nobody is told. */
  readonly choices?: string | undefined;
  /** Of a draft, and of a saved message, of which conversation: as it stood when a device was told; null: there was none. It is in no log. */
  readonly draft?: { readonly of: string; readonly text: string | null } | undefined;
  readonly saved?: { readonly of: string; readonly note: string | null } | undefined;
  /** By whom a group or a member was changed, and what of it: as the database has it, which is not compared. */
  readonly change?: { readonly by: string; readonly fields: readonly string[] } | undefined;
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
  | { readonly what: 'heard'; readonly stream: string; readonly by: string; readonly name: string }
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
  /** Of a direct conversation: the two who may read all of it. */
  readonly between?: readonly string[] | undefined;
}

/** What a statement found in the database in the midst of it all, past the server. */
export interface LookRecord {
  readonly what: 'look';
  /** Each group, with those members whose role is OWNER and with whom it names as its owner. */
  readonly owned: readonly { readonly stream: string; readonly owners: readonly string[]; readonly named: string }[];
  /** Invitations and how often they still let somebody in. */
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

/** A poll once nothing changes any more: as the database has it, and as a node counts it. */
export interface PollRecord {
  readonly what: 'poll';
  readonly stream: string;
  readonly seq: number;
  readonly anonymous: boolean;
  readonly closed: boolean;
  /** Who has chosen which places, as '0 2'. */
  readonly votes: readonly { readonly by: string; readonly choices: string }[];
  /** How many have chosen each option, and anything. */
  readonly counts: readonly number[];
  readonly voters: number;
}

/** What somebody keeps in a conversation once nothing changes any more, as the database has it. */
export interface KeptRecord {
  readonly what: 'kept';
  readonly user: string;
  readonly stream: string;
  /** null: nothing was ever written. `text` null: it was ended. */
  readonly draft: { readonly writtenAt: number; readonly text: string | null } | null;
  readonly saved: readonly { readonly seq: number; readonly note: string }[];
}

/** Something the nodes wrote or did that no fault explains, such as an exit by themselves. */
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
  /** Somebody still lacked something when all should have had everything. */
  | { readonly what: 'late'; readonly detail: string }
  | LogRecord
  | StateRecord
  | PollRecord
  | KeptRecord
  | NodeRecord;

/** Something that happened, and when it was over, in ms since the run began. */
export type Recorded<T extends Happening> = Noted<T>;

/** Anything that happened, with its time. */
export type HistoryRecord = Recorded<Happening>;

/** Everything that happened in a run. */
export type History = Chronicle<Happening>;

// Long texts only tell that they are long: their beginning is unique, and a history of thousands would fill the memory.
const mostText = 60;

/** A text as the history keeps it. */
export function brief(text: string): string {
  return text.length <= mostText ? text : `${text.slice(0, mostText)}… ${text.length}`;
}
