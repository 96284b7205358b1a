/** The rules of the checker, and the text of a violation. */
export const rules = {
  right: 'After a rest everybody is seen as they are, by everybody who watches, on every node',
  flicker: 'Nobody is told to be offline who had a device there, or back within the grace',
  empty: 'Nobody is told to be offline because Redis went away or came back empty',
  once: 'No subscription is told the same of somebody twice in succession',
  privacy: 'Who has chosen to be invisible is not shown as there until they take it back',
  takeover: 'Each lease that ended is taken over once and seen through; no node is whose lease has not ended',
  fenced: 'A node that was taken over finds so, and sends the clients that it still has away with 4512',
  back: 'A device that wants to be connected is',
  odd: 'Nothing comes that is not of the protocol, and a node ends only when it is told to',
} as const;

/** The name of a rule. */
export type Rule = keyof typeof rules;

/** A broken promise. */
export interface Violation {
  readonly rule: Rule;
  /** In ms since the run began. */
  readonly at: number;
  readonly detail: string;
  readonly user?: string | undefined;
  readonly subscription?: number | undefined;
}
