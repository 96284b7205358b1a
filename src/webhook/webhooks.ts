import type { Effect } from '../worker/index.ts';
import type { Show } from './parts.ts';
import type { Backlog, NewSecret, Trial, Webhook, WebhookChoice } from './webhook.ts';

/** The face of what apps are told. Refusals are thrown as ChatError with `field` named from the options; each may throw UNAVAILABLE. */
export interface Webhooks extends AsyncDisposable {
  /** All there are, in the order in which they were made: at most fifty. */
  list(): Promise<readonly Webhook[]>;
  /** How far behind they are; who is not behind is absent. */
  backlogs(): Promise<ReadonlyMap<string, Backlog>>;
  /** From here on an app is told. Throws INVALID_INPUT (url, description, events.N), LIMIT_REACHED. */
  create(choice: WebhookChoice): Promise<NewSecret>;
  /** Changes what is given. What it was not told yet goes to the new URL. Throws NOT_FOUND (webhookId), INVALID_INPUT as `create`. */
  update(id: string, choice: Partial<WebhookChoice>): Promise<Webhook>;
  /** The app is told nothing more, on any node. Throws NOT_FOUND (webhookId). */
  remove(id: string): Promise<void>;
  /** Another secret; the one before signs along for a day. Throws NOT_FOUND (webhookId). */
  rotateSecret(id: string): Promise<NewSecret>;
  /**
   * Has an app be told again, or one that rests be tried at once. `missed`: from where it was disabled on, if that was within a week; otherwise of what
   * happens from here on. Throws NOT_FOUND (webhookId).
   */
  enable(id: string, options?: { readonly missed?: boolean }): Promise<Webhook>;
  /** Calls an app with a test event, whatever its state. One that rests and answers is told on. Throws NOT_FOUND (webhookId). */
  test(id: string): Promise<Trial>;
  /** What the worker has entries do. */
  readonly effect: Effect;
  /** The job: tells an app what it misses, for some seconds. */
  catchUp(missing: { readonly webhookId: string }, signal: AbortSignal): Promise<void>;
  /** How events are shown. Until it is said nothing is told. */
  showBy(show: Show): void;
}
