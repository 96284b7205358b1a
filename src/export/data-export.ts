import type { Viewer } from '../user/index.ts';

/** A file with all of a user's own data. */
export interface DataExport {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly state: ExportState;
  readonly createdAt: Date;
  /** When the file became available. Null while it is being made. */
  readonly readyAt: Date | null;
  /** When the file will be deleted. Null while it is being made. */
  readonly expiresAt: Date | null;
  /** Null while the file is being made. */
  readonly bytes: number | null;
}

/** The state of a file that still exists (schema: `enum DataExportState`). */
export const exportStates = ['PENDING', 'READY'] as const;
export type ExportState = (typeof exportStates)[number];

/** Names a file and its user. */
export interface ExportRef {
  readonly userId: bigint;
  /** UUID text. */
  readonly exportId: string;
}

/** The part of a link that proves it valid. */
export interface LinkProof {
  /** When the link expires, in seconds since 1970. */
  readonly until: number;
  readonly signature: string;
}

/** A file that is being downloaded. */
export interface Download {
  /** The file's name for the user's device. */
  readonly name: string;
  readonly bytes: number;
  /**
   * Reads part number `place`, from 0 on, at most 1 MiB. Null past the last part, or if the file was deleted. Throws ChatError UNAVAILABLE.
   */
  part(place: number): Promise<Uint8Array | null>;
}

/** The interface of the module. Refusals are thrown as ChatError. */
export interface DataExports {
  /**
   * Requests a file. Returns the pending file if there is one. `messages`: include all messages that the viewer sent. Throws RATE_LIMITED
   * per user.
   */
  request(viewer: Viewer, options: { messages: boolean }): Promise<DataExport>;
  /** Returns the viewer's files that are pending or ready, newest first, at most 50. */
  list(viewer: Viewer): Promise<readonly DataExport[]>;
  /** Returns one of the viewer's files. Null if there is no such file, or it belongs to somebody else. */
  byId(viewer: Viewer, id: string): Promise<DataExport | null>;
  /** Returns the download link of a file, valid for at least half an hour, as a path with a query. Null while the file is being made. */
  link(file: DataExport): string | null;
  /** Returns the file that a link opens. Null if the link is not valid. */
  open(id: string, proof: LinkProof): Promise<Download | null>;
  /**
   * Makes a requested file. Running it again makes the file anew unless it is ready. Ends a file of 2 GiB or more. Throws ChatError UNAVAILABLE, or the reason that
   * `signal` was aborted with.
   */
  make(ref: ExportRef & { readonly messages: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends a file and deletes its contents. Throws ChatError UNAVAILABLE. */
  end(ref: ExportRef): Promise<void>;
  /** Deletes all files of an erased account. Throws ChatError UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
