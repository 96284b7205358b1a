import { type Entry, type EntryType, entryTypes } from '../log/index.ts';

type OfConversations = { [T in EntryType]: (typeof entryTypes)[T]['on'] extends 'conversation' ? T : never }[EntryType];

const ofConversations = (Object.keys(entryTypes) as EntryType[]).filter(
  (type): type is OfConversations => entryTypes[type].on === 'conversation',
);

/**
 * The events that an app can subscribe to: every type of entry of a conversation, and that a user has signed up, or was changed or erased.
 */
export const webhookEvents = [...ofConversations, 'UserSignedUp', 'UserChanged'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Returns the event that an entry is to apps. Null: none. */
export function eventOf({ type, seq }: Entry): WebhookEvent | null {
  // An account's first entry is the first session of a user who signs up, or the profile that operators gave it.
  if (type === 'SessionStarted') return seq === 1 ? 'UserSignedUp' : null;
  if (type === 'ProfileChanged') return seq === 1 ? 'UserSignedUp' : 'UserChanged';
  return ofConversations.find((event) => event === type) ?? null;
}

/** Whether an app is called. */
export const webhookStates = ['ACTIVE', 'DISABLED'] as const;
export type WebhookState = (typeof webhookStates)[number];

/** Why a webhook was disabled. GONE: the app answered 410. FAILING: it has failed for too long. */
export const webhookFaults = ['GONE', 'FAILING'] as const;
export type WebhookFault = (typeof webhookFaults)[number];

/** A webhook: where an app is called, and how that goes. */
export interface Webhook {
  /** A UUID in lower case. */
  readonly id: string;
  readonly url: string;
  /** One line for operators. May be empty. */
  readonly description: string;
  /** The events it is called for. Empty: all, including future types. */
  readonly events: readonly WebhookEvent[];
  readonly createdAt: Date;
  readonly state: WebhookState;
  readonly disabledAt: Date | null;
  readonly disabledWhy: WebhookFault | null;
  /** The number of failures since the last success, and the time of the first of them. */
  readonly failures: number;
  readonly failingSince: Date | null;
  /** Accurate to ten seconds. */
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  /** What went wrong, in one line. */
  readonly lastFailure: string | null;
  /** When a resting webhook is tested next. Null: it does not rest. */
  readonly retryAt: Date | null;
}

/** How far behind a webhook is. */
export interface Backlog {
  /** The number of streams with entries that were not delivered. */
  readonly streams: number;
  /** The number of those entries, wanted or not. */
  readonly entries: number;
}

/** What operators choose for a webhook. */
export interface WebhookChoice {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
}

/** Returns what operators decide about a webhook, for the audit. */
export function decidedOf({ url, description, events, state }: Webhook): object {
  return { url, description, events, state };
}

/** A webhook and the secret that signs its calls. The secret is shown only here. */
export interface NewSecret {
  readonly webhook: Webhook;
  /** `whsec_` and 32 bytes in base64. */
  readonly secret: string;
}

/** The result of a test call. */
export interface Trial {
  readonly delivered: boolean;
  /** The status of the answer. Null: there was none. */
  readonly status: number | null;
  readonly ms: number;
  /** What went wrong, in one line. Null: nothing. */
  readonly fault: string | null;
}
