import type { Effect } from '../worker/index.ts';
import type { Show } from './parts.ts';
import type { Backlog, NewSecret, Trial, Webhook, WebhookChoice } from './webhook.ts';

/** The interface of the webhooks. Refusals are ChatErrors whose `field` is named after the options. All functions may throw UNAVAILABLE. */
export interface Webhooks extends AsyncDisposable {
  /** Lists all webhooks, at most fifty, in the order of their creation. */
  list(): Promise<readonly Webhook[]>;
  /** Counts the backlogs of webhooks. A webhook without any is absent. */
  backlogs(): Promise<ReadonlyMap<string, Backlog>>;
  /** Creates a webhook. Its app is called from now on. Throws INVALID_INPUT (url, description, events.N), LIMIT_REACHED. */
  create(choice: WebhookChoice): Promise<NewSecret>;
  /**
   * Changes the given fields. Calls that are still outstanding go to the new URL. Throws NOT_FOUND (webhookId), INVALID_INPUT as `create`.
   */
  update(id: string, choice: Partial<WebhookChoice>): Promise<Webhook>;
  /** Deletes a webhook. Its app is not called any more, by any node. Throws NOT_FOUND (webhookId). */
  remove(id: string): Promise<void>;
  /** Replaces the secret. For a day, the former one signs as well. Throws NOT_FOUND (webhookId). */
  rotateSecret(id: string): Promise<NewSecret>;
  /**
   * Enables a disabled webhook, or tests a resting one at once. `missed`: continue from where it was disabled, if that was less than a week
   * ago; otherwise it is called only for new entries. Throws NOT_FOUND (webhookId).
   */
  enable(id: string, options?: { readonly missed?: boolean }): Promise<Webhook>;
  /** Calls an app with a test event, whatever its state. A resting webhook that answers is caught up. Throws NOT_FOUND (webhookId). */
  test(id: string): Promise<Trial>;
  /** The effect that the worker runs for entries. */
  readonly effect: Effect;
  /** The job that delivers a webhook's backlogs, for a few seconds. */
  catchUp(missing: { readonly webhookId: string }, signal: AbortSignal): Promise<void>;
  /** Sets how events are rendered. Before that, nothing is delivered. */
  showBy(show: Show): void;
}
