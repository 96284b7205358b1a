/** What a node counts of its work, as it happens: where it happens one number goes up. */
export interface Meter {
  /** Events handed to subscriptions, each for each of them. */
  events: number;
}

/** Makes a meter, at nothing. */
export function createMeter(): Meter {
  return { events: 0 };
}
