import type { Viewer } from '../user/index.ts';

/** A file with all that is a user's own. */
export interface DataExport {
  /** UUID text. */
  readonly id: string;
  readonly userId: bigint;
  readonly state: ExportState;
  readonly createdAt: Date;
  /** Since when it can be downloaded; null: it is being made. */
  readonly readyAt: Date | null;
  /** From when on it is gone. */
  readonly expiresAt: Date | null;
  /** Its size; null while it is being made. */
  readonly bytes: number | null;
}

/** How a file stands that has not gone (schema: `enum DataExportState`). */
export const exportStates = ['PENDING', 'READY'] as const;
export type ExportState = (typeof exportStates)[number];

/** Names a file and whose it is. */
export interface ExportRef {
  readonly userId: bigint;
  /** UUID text. */
  readonly exportId: string;
}

/** What a link says beside the file's id. */
export interface LinkProof {
  /** Until when it opens the file, in s since 1970. */
  readonly until: number;
  readonly signature: string;
}

/** A file that is being downloaded. */
export interface Download {
  /** What to call it. */
  readonly name: string;
  readonly bytes: number;
  /** Its n-th part, from 0 on, at most 1 MiB; null behind the last, or once the file is gone. Throws UNAVAILABLE. */
  part(place: number): Promise<Uint8Array | null>;
}

/** The module's face. Refusals are thrown as ChatError. */
export interface DataExports {
  /** Asks for a file; one that waits already is answered as it stands. `messages`: with all that the viewer said. Throws RATE_LIMITED per user. */
  request(viewer: Viewer, options: { messages: boolean }): Promise<DataExport>;
  /** The viewer's files that wait or can be downloaded, newest first, at most 50. */
  list(viewer: Viewer): Promise<readonly DataExport[]>;
  /** One of them; null where there is none, or it is not theirs. */
  byId(viewer: Viewer, id: string): Promise<DataExport | null>;
  /** Where it can be downloaded, for half an hour at least: a path with its query; null while it is being made. */
  link(file: DataExport): string | null;
  /** The file that a link opens; null where it opens none. */
  open(id: string, proof: LinkProof): Promise<Download | null>;
  /** Makes a file that was asked for. Done again, it is made anew unless it is ready. Throws UNAVAILABLE, or what `signal` was aborted with. */
  make(ref: ExportRef & { readonly messages: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends a file, and leaves nothing of it. Throws UNAVAILABLE. */
  end(ref: ExportRef): Promise<void>;
  /** Leaves nothing of all files of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
