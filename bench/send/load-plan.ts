import type { Held } from './acknowledged.ts';
import type { Pattern } from './traffic.ts';

/** How a message gets to the server. */
export type Transport = 'http' | 'socket' | 'xmpp';

/** A room, as the load is told. */
export interface PlannedRoom {
  readonly id: string;
  /** What each member shows: an access token, or in a room of XMPP its nickname. */
  readonly members: readonly string[];
}

/** What the load's process is told at its start; it answers when every member receives. */
export interface LoadPlan {
  readonly port: number;
  /** Of further nodes of one system: the members of each room take turns. */
  readonly otherPorts?: readonly number[];
  readonly rooms: readonly PlannedRoom[];
  /** GraphQL only. `subscription` has the variable conversationId where `byRoom`; `ready` is in the frame that says that it is live. */
  readonly send: string;
  readonly subscription: string;
  readonly byRoom: boolean;
  readonly ready?: string | undefined;
}

/** What it is told later, once for each run. */
export interface LoadRun {
  readonly transport: Transport;
  readonly pattern: Pattern;
}

/** What it answers. Times in ms. */
export interface LoadReport {
  readonly messages: number;
  readonly deliveries: number;
  /** From the first send to the last acknowledgment or delivery. */
  readonly ms: number;
  readonly ack: { readonly p50: number; readonly p99: number };
  readonly receive: { readonly p50: number; readonly p99: number };
  /** Deliveries that overtook an earlier message of their room. */
  readonly disordered: number;
  readonly cpuUs: number;
  /** Everything acknowledged since its start. */
  readonly acknowledged: readonly Held[];
}
