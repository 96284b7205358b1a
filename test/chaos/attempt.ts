// What people do in a run: each try is one record.

/** How one attempt ended: stored, refused for a reason that a retry does not change, or not known. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** One try, and what came of it. */
export interface Attempt {
  /** ms since the run began, as all times of a history. */
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

/** One try to leave something to be said within seconds, or to cancel it. */
export interface Postponing extends Attempt {
  readonly what: 'later';
  readonly kind: 'left' | 'cancelled';
  readonly by: string;
  readonly stream: string;
  /** clientMessageId. */
  readonly key: string;
}

/** One try to choose of a poll. `choices`: the places of all that is chosen, as '0 2'; '': what was chosen is taken back. */
export interface Voting extends Attempt {
  readonly what: 'vote';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly choices: string;
}

/** One try to close a poll. */
export interface Closing extends Attempt {
  readonly what: 'closing';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
}

/** One try to keep what somebody has begun to write, to remove it, or to send it as a message. */
export interface Drafting extends Attempt {
  readonly what: 'drafting';
  readonly kind: 'saved' | 'removed' | 'sent';
  readonly by: string;
  readonly stream: string;
  readonly text: string;
  /** ms, as the device says. Of somebody's acts no two have the same. */
  readonly writtenAt: number;
  /** When what stands there was written, or what ended it: as it was answered, where it was. */
  readonly standsAt?: number | undefined;
}

/** One try to save a message with a note, or to save it no more: then `note` is ''. */
export interface Saving extends Attempt {
  readonly what: 'saving';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly note: string;
}

/** The one try to tell a signal, of a name of its own. */
export interface Signalling extends Attempt {
  readonly what: 'signal';
  readonly by: string;
  readonly stream: string;
  readonly name: string;
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

/** One try to come into a group by an invitation, or to leave it. `invite`: its code; '' where it is left. */
export interface Visit extends Attempt {
  readonly what: 'visit';
  readonly stream: string;
  readonly user: string;
  readonly kind: 'join' | 'leave';
  readonly invite: string;
}

/** An invitation that was made. `uses`: how many it lets in. */
export interface Invitation {
  readonly what: 'invitation';
  readonly stream: string;
  readonly invite: string;
  readonly uses: number;
}

/** One try of somebody to make another the owner of a group. */
export interface Transfer extends Attempt {
  readonly what: 'transfer';
  readonly stream: string;
  readonly by: string;
  readonly to: string;
}

/** One try to block somebody, or to block them no more. `stream`: the direct conversation of the two. */
export interface Blocking extends Attempt {
  readonly what: 'blocking';
  readonly stream: string;
  readonly by: string;
  readonly user: string;
  readonly blocked: boolean;
}
