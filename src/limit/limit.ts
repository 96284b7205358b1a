/** How often something may be done. */
export interface LimitRule {
  /** Tells it from other limits; the same on every node. */
  readonly name: string;
  /** What a key may take within a window. A function is asked at each take, for a limit that can be set while nodes run. */
  readonly points: number | (() => number);
  /** From a key's first take on, in whole seconds. */
  readonly windowSeconds: number;
}

/** Points per key, in fixed windows. Neither function ever rejects: a limit must not be a reason to fail. */
export interface Limit {
  /** Takes one point. Null: granted. Else refused, and after so many ms a take may be granted. */
  take(key: string): Promise<number | null>;
  /** Returns a point that was taken for what turned out not to count. */
  giveBack(key: string): Promise<void>;
}

/** Where limits are counted. */
export interface Limits extends AsyncDisposable {
  limit(rule: LimitRule): Limit;
}
