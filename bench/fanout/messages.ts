/** What the subscribers' process is sent at its start. */
export interface LoadPlan {
  readonly dialect: 'graphql-ws' | 'socket.io';
  readonly port: number;
  readonly path: string;
  readonly subscribers: number;
  /** Number of subscribers that connect first; the others connect at the message `rest`. Fewer than all. */
  readonly pilots: number;
  /** One access token for each subscriber; absent if the server asks for none. */
  readonly tokens?: readonly string[] | undefined;
  readonly document: string;
  /** A frame that contains this text says that the subscription is live; absent if the server has no such frame. */
  readonly ready?: string | undefined;
  /** The beginning of each event's frame, up to its payload. ID stands for the subscriber's operation id. */
  readonly head: string;
}

/** What the subscribers' process is sent later. */
export type ToLoad = { readonly kind: 'rest' } | { readonly kind: 'publishing' } | { readonly kind: 'report' } | { readonly kind: 'end' };

/** What the subscribers' process sends. Latencies in µs; CPU in µs since its start. */
export type FromLoad =
  /** The pilots, or all subscribers, are subscribed. */
  | { readonly kind: 'pilots' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'go' }
  | { readonly kind: 'reference'; readonly seq: number; readonly payload: string }
  | { readonly kind: 'all'; readonly seq: number }
  | { readonly kind: 'report'; readonly p50: number; readonly p99: number; readonly cpuUs: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string };
