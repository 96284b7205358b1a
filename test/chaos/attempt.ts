// What people do in a run. Each attempt is one record.

/** How one attempt ended: stored, refused for a reason that a retry does not change, or not known. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** One attempt and its outcome. */
export interface Attempt {
  /** In ms since the run began, like all times in a history. */
  readonly began: number;
  readonly node: number;
  readonly outcome: Outcome;
  /** The code of the refusal, or of the failure. */
  readonly code?: string | undefined;
}

/** One attempt to send a message. Retries have the same `key`. */
export interface Sending extends Attempt {
  readonly what: 'send';
  readonly by: string;
  readonly stream: string;
  /** The clientMessageId. */
  readonly key: string;
  readonly text: string;
  /** The seq of the message, if it was acknowledged. */
  readonly seq?: number | undefined;
}

/** One attempt to remove or add a member. */
export interface MembershipChange extends Attempt {
  readonly what: 'removal' | 'addition';
  readonly stream: string;
  readonly user: string;
}

/** One attempt of a user to move their read marker. */
export interface Marking extends Attempt {
  readonly what: 'mark';
  readonly user: string;
  readonly stream: string;
  readonly seq: number;
}

/** One attempt to edit or recall a message. `text` is '' for a recall. */
export interface Change extends Attempt {
  readonly what: 'edit';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly text: string;
}

/** One attempt to add or remove a reaction. */
export interface Reacting extends Attempt {
  readonly what: 'reaction';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly emoji: string;
  readonly added: boolean;
}

/** One attempt to schedule a message for seconds later, or to cancel it. */
export interface Postponing extends Attempt {
  readonly what: 'later';
  readonly kind: 'left' | 'cancelled';
  readonly by: string;
  readonly stream: string;
  /** The clientMessageId. */
  readonly key: string;
}

/** One attempt to vote in a poll. `choices`: the indexes of all chosen options, as in '0 2'; '' withdraws the vote. */
export interface Voting extends Attempt {
  readonly what: 'vote';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly choices: string;
}

/** One attempt to close a poll. */
export interface Closing extends Attempt {
  readonly what: 'closing';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
}

/** One attempt to save a draft, to remove it, or to send it as a message. */
export interface Drafting extends Attempt {
  readonly what: 'drafting';
  readonly kind: 'saved' | 'removed' | 'sent';
  readonly by: string;
  readonly stream: string;
  readonly text: string;
  /** The device's time, in ms. Unique among the acts of one user. */
  readonly writtenAt: number;
  /** The answer's `writtenAt`: when the draft that stands was written, or what ended it. Undefined if the answer has none. */
  readonly standsAt?: number | undefined;
}

/** One attempt to save a message with a note, or to unsave it. `note` is '' for the latter. */
export interface Saving extends Attempt {
  readonly what: 'saving';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly note: string;
}

/** The only attempt to send a signal. Its name is unique per sender. */
export interface Signalling extends Attempt {
  readonly what: 'signal';
  readonly by: string;
  readonly stream: string;
  readonly name: string;
}

/** One attempt to pin or unpin a message. */
export interface Pinning extends Attempt {
  readonly what: 'pin';
  readonly by: string;
  readonly stream: string;
  readonly seq: number;
  readonly pinned: boolean;
}

/**
 * One attempt of an owner to change a role, mute or unmute a member, or rename the group. `user` is the member, or '' for the name of the
 * group.
 */
export interface Ruling extends Attempt {
  readonly what: 'ruling';
  readonly stream: string;
  readonly user: string;
  readonly kind: 'role' | 'mute' | 'name';
  readonly to: string;
}

/** One attempt to join a group by an invite, or to leave it. `invite` is the code of the invite, or '' for leaving. */
export interface Visit extends Attempt {
  readonly what: 'visit';
  readonly stream: string;
  readonly user: string;
  readonly kind: 'join' | 'leave';
  readonly invite: string;
}

/** An invite that was created. `uses`: how many joins it allows. */
export interface Invitation {
  readonly what: 'invitation';
  readonly stream: string;
  readonly invite: string;
  readonly uses: number;
}

/** One attempt of a user to transfer the ownership of a group. */
export interface Transfer extends Attempt {
  readonly what: 'transfer';
  readonly stream: string;
  readonly by: string;
  readonly to: string;
}

/** One attempt to block or unblock a user. `stream`: the direct conversation of the two. */
export interface Blocking extends Attempt {
  readonly what: 'blocking';
  readonly stream: string;
  readonly by: string;
  readonly user: string;
  readonly blocked: boolean;
}
