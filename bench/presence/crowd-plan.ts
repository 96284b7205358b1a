/** When users come online: the n-th is due at begin + n × everyMs, whatever happened to those before. */
export interface Coming {
  /** ms since 1970: these processes share a clock. */
  readonly begin: number;
  readonly everyMs: number;
}

/** What the process of the users who come online is sent at its start. It answers at once. */
export interface ComersPlan {
  /** The node and the access token of each user, in the order in which they come. */
  readonly comers: readonly { readonly port: number; readonly token: string }[];
  /** Whether each user also subscribes to their own events. The user then counts as online when that subscription is live. */
  readonly follow: boolean;
}

/** What that process answers when all users have come. Times in ms, from when each was due. */
export interface ComersReport {
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

/** What the watchers' process is sent at its start. It answers when each watcher is subscribed and was told that everybody is offline. */
export interface WatchersPlan {
  /**
   * Global ids, in the order in which the users come online. Users are spread over the communities: the n-th is in community n modulo their
   * number.
   */
  readonly userIds: readonly string[];
  readonly communities: number;
  readonly watchers: readonly { readonly port: number; readonly token: string; readonly community: number }[];
}

/**
 * What that process answers when every presence was delivered, or half a minute after the last was due. Times in ms, from when the user was
 * due online.
 */
export interface WatchersReport {
  /** Number of deliveries that say that a user is online, counted per watcher. */
  readonly told: number;
  readonly missing: number;
  /** Number of deliveries that said the same again. */
  readonly twice: number;
  /** Number of deliveries that said anything else. */
  readonly other: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

/** ms since 1970, finer than Date.now(). */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
