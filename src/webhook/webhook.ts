import { type Entry, type EntryType, entryTypes } from '../log/index.ts';

type OfConversations = { [T in EntryType]: (typeof entryTypes)[T]['on'] extends 'conversation' ? T : never }[EntryType];

const ofConversations = (Object.keys(entryTypes) as EntryType[]).filter(
  (type): type is OfConversations => entryTypes[type].on === 'conversation',
);

/** What an app can be told of: every type of entry that conversations have, that somebody has signed up, and that they are others than before or erased. */
export const webhookEvents = [...ofConversations, 'UserSignedUp', 'UserChanged'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** The event that an entry is to apps; null: none. */
export function eventOf({ type, seq }: Entry): WebhookEvent | null {
  // An account begins with the first session of who signs up, or with the profile that operators have given it.
  if (type === 'SessionStarted') return seq === 1 ? 'UserSignedUp' : null;
  if (type === 'ProfileChanged') return seq === 1 ? 'UserSignedUp' : 'UserChanged';
  return ofConversations.find((event) => event === type) ?? null;
}

/** Whether an app is told, or no longer. */
export const webhookStates = ['ACTIVE', 'DISABLED'] as const;
export type WebhookState = (typeof webhookStates)[number];

/** Why it is not told any more: it said that it is gone for good (410), or it has failed for too long. */
export const webhookFaults = ['GONE', 'FAILING'] as const;
export type WebhookFault = (typeof webhookFaults)[number];

/** Where an app is told, and how that goes. */
export interface Webhook {
  /** UUID text, lower case. */
  readonly id: string;
  readonly url: string;
  /** A line for operators; may be empty. */
  readonly description: string;
  /** What it is told of; empty: of everything, types that are not known yet too. */
  readonly events: readonly WebhookEvent[];
  readonly createdAt: Date;
  readonly state: WebhookState;
  readonly disabledAt: Date | null;
  readonly disabledWhy: WebhookFault | null;
  /** Calls that failed since the last that did not, and since when. */
  readonly failures: number;
  readonly failingSince: Date | null;
  /** To within ten seconds. */
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  /** What was wrong, in a line. */
  readonly lastFailure: string | null;
  /** When one that rests is tried again; null: it does not rest. */
  readonly retryAt: Date | null;
}

/** How far behind a webhook is. */
export interface Backlog {
  /** Streams of which it was not told all. */
  readonly streams: number;
  /** Entries of them that it was not told, wanted or not. */
  readonly entries: number;
}

/** What operators choose of a webhook. */
export interface WebhookChoice {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
}

/** What of a webhook operators decide, for the record of what they did. */
export function decidedOf({ url, description, events, state }: Webhook): object {
  return { url, description, events, state };
}

/** A webhook, and the secret that signs what it is told: shown this once. */
export interface NewSecret {
  readonly webhook: Webhook;
  /** `whsec_` and 32 bytes in base64. */
  readonly secret: string;
}

/** What came of a call that operators asked for. */
export interface Trial {
  readonly delivered: boolean;
  /** The status it answered with; null: it did not answer. */
  readonly status: number | null;
  readonly ms: number;
  /** What was wrong, in a line; null: nothing. */
  readonly fault: string | null;
}
