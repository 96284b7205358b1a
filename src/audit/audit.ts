import type { Page } from '../page.ts';

/** How an action ended (admin schema: `enum AuditOutcome`). */
export type AuditOutcome = 'DONE' | 'REFUSED' | 'FAILED' | 'UNKNOWN';

/** Who performs an action. */
export interface Actor {
  /** Null for the command line. */
  readonly userId: bigint | null;
  /** The admin's handle, or the name of the person who runs the command. */
  readonly name: string;
  /** The admin's network address, or the machine on which the command runs. */
  readonly origin: string;
}

/** An action that is about to be performed. */
export interface Act {
  readonly actor: Actor;
  /** The name of the mutation or command. */
  readonly action: string;
  /** The arguments of the mutation or command. Secrets are recognised by their names and withheld, long texts are cut. */
  readonly arguments: unknown;
  /** The object of the action as kind and key, for example `User:42`. It can also be noted during the action. */
  readonly target?: string | undefined;
}

/** What an action notes about itself: JSON values, and ids as bigint. Secrets are withheld and long texts cut, as in arguments. */
export interface Noted {
  readonly target?: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Notes something about the action in progress. A later note replaces the fields of an earlier one. */
export type Note = (noted: Noted) => void;

/** One action, as stored. */
export interface AuditEntry {
  readonly id: bigint;
  readonly at: Date;
  /** Null for the command line. */
  readonly actorId: bigint | null;
  readonly actorName: string;
  readonly origin: string;
  readonly action: string;
  /** JSON text. */
  readonly arguments: string;
  readonly target: string | null;
  /** JSON text of the state before the action. Null if there was nothing to compare. */
  readonly before: string | null;
  /** JSON text of the state after the action. Null if there was nothing to compare. */
  readonly after: string | null;
  readonly outcome: AuditOutcome;
  /** Why the action was refused or failed: an ErrorCode, or INTERNAL. */
  readonly code: string | null;
  /** Null while the action is in progress, and for ever if its end could not be stored. */
  readonly endedAt: Date | null;
}

/** Selects actions. An action has to match every field that is given. */
export interface AuditFilter {
  /** An admin's user id, or the command line. */
  readonly actor?: bigint | 'COMMAND_LINE' | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** At this time or later. */
  readonly from?: Date | undefined;
  /** Before this time. */
  readonly to?: Date | undefined;
}

/** The position of an entry: entries are ordered by time, then by id. */
export interface AuditPlace {
  readonly at: Date;
  readonly id: bigint;
}

/** The interface of the audit module. */
export interface Audit extends AsyncDisposable {
  /**
   * Stores the action, performs it by calling `work`, and stores how it ended. Resolves or rejects as `work` does. Throws ChatError
   * UNAVAILABLE, without performing the action, if it could not be stored first. `refusalOf` returns the error code if the result of `work`
   * is a refusal, or null if it is a success.
   */
  act<T>(act: Act, work: (note: Note) => Promise<T>, refusalOf?: (answer: T) => string | null): Promise<T>;
  /** Reads the entries that match a filter, newest first, after a position. */
  list(filter: AuditFilter, page: { readonly first: number; readonly after?: AuditPlace | undefined }): Promise<Page<AuditEntry>>;
  /**
   * Reads all entries that match a filter, oldest first, a few hundred at a time, so memory stays bounded. Entries that are added meanwhile
   * may be included.
   */
  all(filter: AuditFilter): AsyncIterable<readonly AuditEntry[]>;
  /** Deletes the entries older than config AUDIT_DAYS. Resolves to their number. */
  prune(): Promise<number>;
  /** Starts calling `prune` periodically, until the audit is disposed. */
  begin(): void;
}
