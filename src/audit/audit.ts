import type { Page } from '../page.ts';

/** How an act ended (admin schema: `enum AuditOutcome`). */
export const auditOutcomes = ['DONE', 'REFUSED', 'FAILED', 'UNKNOWN'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Who acts. */
export interface Actor {
  /** Null: the command line. */
  readonly userId: bigint | null;
  /** An admin's handle, or who runs the command. */
  readonly name: string;
  /** A network address, or the machine on which the command runs. */
  readonly origin: string;
}

/** Something that is about to be done. */
export interface Act {
  readonly actor: Actor;
  /** The name of the mutation or command. */
  readonly action: string;
  /** Whatever it was asked with: secrets are withheld by their names, and long texts cut. */
  readonly arguments: unknown;
  /** What it is done to, as kind and key, such as `User:42`; it may be noted later instead. */
  readonly target?: string | undefined;
}

/** What an act has to say of itself, all of it in terms of JSON, and ids as bigint. Treated like arguments. */
export interface Noted {
  readonly target?: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Says something of the act that is under way; what is said later goes before what was said earlier. */
export type Note = (noted: Noted) => void;

/** One act, as it is kept. */
export interface AuditEntry {
  readonly id: bigint;
  readonly at: Date;
  /** Null: the command line. */
  readonly actorId: bigint | null;
  readonly actorName: string;
  readonly origin: string;
  readonly action: string;
  /** JSON. */
  readonly arguments: string;
  readonly target: string | null;
  /** JSON; null: there was nothing to compare. */
  readonly before: string | null;
  /** The same. */
  readonly after: string | null;
  readonly outcome: AuditOutcome;
  /** Why it was refused or failed, an ErrorCode, or INTERNAL. */
  readonly code: string | null;
  /** Null while it is under way, or where that could not be stored. */
  readonly endedAt: Date | null;
}

/** Which acts are looked for: those that fit all that is given. */
export interface AuditFilter {
  /** An admin, or the command line. */
  readonly actor?: bigint | 'COMMAND_LINE' | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** Not before. */
  readonly from?: Date | undefined;
  /** Before. */
  readonly to?: Date | undefined;
}

/** An entry's place: by time, then by id. */
export interface AuditPlace {
  readonly at: Date;
  readonly id: bigint;
}

/** The audit module's face. */
export interface Audit extends AsyncDisposable {
  /**
   * Writes an act down, does it, and writes down how it ended. `refusalOf`: of what it answers, the code of its refusal; null: it was done. Answers and throws
   * what `work` does; throws UNAVAILABLE, and nothing is done, where the act could not be written down.
   */
  act<T>(act: Act, work: (note: Note) => Promise<T>, refusalOf?: (answer: T) => string | null): Promise<T>;
  /** Acts that fit a filter, newest first, past a place. */
  list(filter: AuditFilter, page: { readonly first: number; readonly after?: AuditPlace | undefined }): Promise<Page<AuditEntry>>;
  /** The same, oldest first, some hundreds at a time: however many there are, no more are held. Those that come in meanwhile may be among them. */
  all(filter: AuditFilter): AsyncIterable<readonly AuditEntry[]>;
  /** Removes what is older than config AUDIT_DAYS, and answers how many that were. */
  prune(): Promise<number>;
  /** Begins to do so from time to time, until it is disposed of. */
  begin(): void;
}
