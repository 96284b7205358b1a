import type { Held } from './acknowledged.ts';
import type { Pattern } from './traffic.ts';

/** How a message gets to the server. */
export type Transport = 'http' | 'socket' | 'xmpp';

/** A room, as the load's process receives it. */
export interface PlannedRoom {
  readonly id: string;
  /** What identifies each member: an access token, or the nickname in an XMPP room. */
  readonly members: readonly string[];
}

/** What the load's process is sent at its start. It answers when every member receives. */
export interface LoadPlan {
  readonly port: number;
  /** Ports of further nodes of the same system. The members of each room are spread over the nodes. */
  readonly otherPorts?: readonly number[];
  readonly rooms: readonly PlannedRoom[];
  /**
   * GraphQL only. `subscription` has the variable conversationId if `byRoom`. `ready` is in the frame that says that the subscription is
   * live.
   */
  readonly send: string;
  readonly subscription: string;
  readonly byRoom: boolean;
  readonly ready?: string | undefined;
}

/** What the load's process is sent later, once for each run. */
export interface LoadRun {
  readonly transport: Transport;
  readonly pattern: Pattern;
}

/** What the load's process answers. Times in ms. */
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
