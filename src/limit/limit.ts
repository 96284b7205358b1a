/** How often a key may do something. */
export interface LimitRule {
  /** Identifies the limit. The same on every node. */
  readonly name: string;
  /** The points that a key may take within a window. A function is called at each take, for limits that change while nodes run. */
  readonly points: number | (() => number);
  /** The length of a window, in whole seconds. It begins with a key's first take. */
  readonly windowSeconds: number;
}

/** Points per key, in fixed windows. Neither function ever rejects: a fault of the counting must not fail the caller. */
export interface Limit {
  /** Takes one point. Returns null if it is granted, or else the time in ms after which a take may be granted. Only granted takes count. */
  take(key: string): Promise<number | null>;
  /** Returns a point, where the action turned out not to count. */
  giveBack(key: string): Promise<void>;
}

/** The place where limits are counted. */
export interface Limits extends AsyncDisposable {
  limit(rule: LimitRule): Limit;
}
