import type { Held } from './acknowledged.ts';

/** A member of a room, as the process receives it. The recipe has no sessions. */
export interface PlannedMember {
  readonly userId: string;
  readonly sessionId: string;
}

/** What a process that stores is sent at its start. It answers when it is ready. */
export interface StorePlan {
  readonly stack: 'mpim' | 'recipe';
  readonly databaseUrl: string;
  /** Environment of MPIM, where it differs from the default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Size of the recipe's pool. MPIM has its own default. */
  readonly connections: number;
  readonly rooms: readonly { readonly conversationId: string; readonly members: readonly PlannedMember[] }[];
}

/** What the process answers to a Pattern. */
export interface StoreReport {
  readonly messages: number;
  readonly ms: number;
  readonly p50: number;
  readonly p99: number;
  /** Everything acknowledged since its start. */
  readonly acknowledged: readonly Held[];
}
