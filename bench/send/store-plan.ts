import type { Held } from './acknowledged.ts';

/** Somebody in a room, as the process is told. The recipe has no sessions. */
export interface PlannedMember {
  readonly userId: string;
  readonly sessionId: string;
}

/** What a process that stores is told at its start; it answers when it is ready. */
export interface StorePlan {
  readonly stack: 'mpim' | 'recipe';
  readonly databaseUrl: string;
  /** Of MPIM, where it is not as usual. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the recipe; MPIM has its own default. */
  readonly connections: number;
  readonly rooms: readonly { readonly conversationId: string; readonly members: readonly PlannedMember[] }[];
}

/** What it answers to a Pattern. */
export interface StoreReport {
  readonly messages: number;
  readonly ms: number;
  readonly p50: number;
  readonly p99: number;
  /** Everything acknowledged since its start. */
  readonly acknowledged: readonly Held[];
}
