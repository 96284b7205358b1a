/** When users come online: the n-th is due at begin + n × everyMs, whatever became of those before. */
export interface Coming {
  /** ms since 1970: these processes share a clock. */
  readonly begin: number;
  readonly everyMs: number;
}

/** What the process of those who come online is told at its start; it answers at once. */
export interface ComersPlan {
  /** The node that each comes to, and their access token, in the order in which they come. */
  readonly comers: readonly { readonly port: number; readonly token: string }[];
  /** Each subscribes to all that happens to them, and is there when that is live. */
  readonly follow: boolean;
}

/** What it answers when all have come. Times in ms, from when each was due. */
export interface ComersReport {
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

/** What the watchers' process is told at its start; it answers when each watches, and has been told that everybody is offline. */
export interface WatchersPlan {
  /** Global ids, in the order in which they come online. They take turns in the communities: the n-th is in community n modulo how many there are. */
  readonly userIds: readonly string[];
  readonly communities: number;
  readonly watchers: readonly { readonly port: number; readonly token: string; readonly community: number }[];
}

/** What it answers when everybody has been told of, or half a minute after that was due. Times in ms, from when the user was due online. */
export interface WatchersReport {
  /** Watchers that were told of somebody being online, each for each. */
  readonly told: number;
  readonly missing: number;
  /** Told of the same more than once. */
  readonly twice: number;
  /** Told anything else. */
  readonly other: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

/** ms since 1970, finer than Date.now(). */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
