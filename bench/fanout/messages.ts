/** What the subscribers' process is told at its start. */
export interface LoadPlan {
  readonly dialect: 'graphql-ws' | 'socket.io';
  readonly port: number;
  readonly path: string;
  readonly subscribers: number;
  /** So many connect first, the others when it is told to. Fewer than all. */
  readonly pilots: number;
  /** One access token each; absent where the server asks for none. */
  readonly tokens?: readonly string[] | undefined;
  readonly document: string;
  /** A frame with this in it says that the subscription is live; absent where the server has no such. */
  readonly ready?: string | undefined;
  /** How each event's frame begins, up to its payload; ID stands for the subscriber's operation id. */
  readonly head: string;
}

/** What it is told later. */
export type ToLoad = { readonly kind: 'rest' } | { readonly kind: 'publishing' } | { readonly kind: 'report' } | { readonly kind: 'end' };

/** What it tells. Latencies in µs; CPU in µs since its start. */
export type FromLoad =
  /** The pilots, or all, are subscribed. */
  | { readonly kind: 'pilots' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'go' }
  | { readonly kind: 'reference'; readonly seq: number; readonly payload: string }
  | { readonly kind: 'all'; readonly seq: number }
  | { readonly kind: 'report'; readonly p50: number; readonly p99: number; readonly cpuUs: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string };
