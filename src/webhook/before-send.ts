import type { Approval, PendingMessage } from '../message/index.ts';

/** What happens to a message if the before-send app does not answer as it should: ALLOW stores it unchanged, REFUSE does not store it. */
export const onFailures = ['ALLOW', 'REFUSE'] as const;
export type OnFailure = (typeof onFailures)[number];

/** The conversations for which the before-send app is called. */
export const askedKinds = ['ALL', 'DIRECT', 'GROUP'] as const;
export type AskedKind = (typeof askedKinds)[number];

/** The before-send app: it is called before a message is stored (decision 40). */
export interface BeforeSend {
  readonly url: string;
  /** The deadline for its answer, in ms. */
  readonly deadlineMs: number;
  readonly onFailure: OnFailure;
  readonly conversations: AskedKind;
  readonly changedAt: Date;
}

/** What operators choose. An absent field keeps its value; at first these are 1,000 ms, ALLOW and ALL. */
export interface BeforeSendChoice {
  readonly url: string;
  readonly deadlineMs?: number | undefined;
  readonly onFailure?: OnFailure | undefined;
  readonly conversations?: AskedKind | undefined;
  /** Makes a new secret. For a day, the former one signs as well. */
  readonly newSecret?: boolean | undefined;
}

/** Renders the message for the call, in terms of the API. */
export type ShowDraft = (draft: PendingMessage) => object;

/**
 * The interface for the before-send app. Refusals are ChatErrors whose `field` is named after the options. All functions may throw
 * UNAVAILABLE.
 */
export interface BeforeSends extends Approval, AsyncDisposable {
  /** Reads the current state and follows changes from here on. Before that, no app is called. Throws UNAVAILABLE. */
  begin(): Promise<void>;
  /** Reads the before-send app. Null: there is none. */
  get(): Promise<BeforeSend | null>;
  /**
   * Sets the before-send app. It is called from now on by this node, and within a second by all others. `secret` is null if the former
   * secret was kept. Throws INVALID_INPUT (url, deadlineMs).
   */
  set(choice: BeforeSendChoice): Promise<{ readonly beforeSend: BeforeSend; readonly secret: string | null }>;
  /** Removes the before-send app. False: there was none. Throws NOT_FOUND (url) if a URL is given and is not that of the app. */
  remove(url?: string): Promise<boolean>;
  /** Sets how messages are rendered for the call. */
  showBy(show: ShowDraft): void;
}
