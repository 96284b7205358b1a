import type { Approval, Saying } from '../message/index.ts';

/** What counts where the one asked does not answer as it should. */
export const onFailures = ['ALLOW', 'REFUSE'] as const;
export type OnFailure = (typeof onFailures)[number];

/** In which conversations it is asked. */
export const askedKinds = ['ALL', 'DIRECT', 'GROUP'] as const;
export type AskedKind = (typeof askedKinds)[number];

/** Who is asked before something is said. */
export interface BeforeSend {
  readonly url: string;
  /** By when it is to have answered, in ms. */
  readonly deadlineMs: number;
  readonly onFailure: OnFailure;
  readonly conversations: AskedKind;
  readonly changedAt: Date;
}

/** What operators choose of it; absent: as before, at first 1,000 ms, ALLOW and ALL. */
export interface BeforeSendChoice {
  readonly url: string;
  readonly deadlineMs?: number | undefined;
  readonly onFailure?: OnFailure | undefined;
  readonly conversations?: AskedKind | undefined;
  /** Makes another secret; the one before is over at once. */
  readonly newSecret?: boolean | undefined;
}

/** Shows what is asked about in the API's own words. */
export type ShowDraft = (draft: Saying) => object;

/** The face of who is asked. Refusals are thrown as ChatError with `field` named from the options; each may throw UNAVAILABLE. */
export interface BeforeSends extends Approval, AsyncDisposable {
  /** Hears of changes from here on, having read what stands. Until then nobody is asked. Throws UNAVAILABLE. */
  begin(): Promise<void>;
  /** Who is asked; null: nobody. */
  get(): Promise<BeforeSend | null>;
  /** From here on it is asked, by this node at once and by all others within a second; `secret` null: the one that it has. Throws INVALID_INPUT (url, deadlineMs). */
  set(choice: BeforeSendChoice): Promise<{ readonly beforeSend: BeforeSend; readonly secret: string | null }>;
  /** Nobody is asked any more; false: nobody was. Throws NOT_FOUND (url) where a URL is given and another one, or none, is asked. */
  remove(url?: string): Promise<boolean>;
  /** How what is asked about is shown. */
  showBy(show: ShowDraft): void;
}
