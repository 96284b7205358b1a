import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Db, StreamKind } from '../db/index.ts';
import type { Entry, Log } from '../log/index.ts';
import type { Tracer } from '../tracer.ts';
import type { Gate } from './gate.ts';
import type { WebhookRow } from './store.ts';

/** What of the configuration the module heeds. */
export type WebhookConfig = Pick<
  Config,
  'webhookTimeoutMs' | 'webhookConcurrency' | 'webhookDisableHours' | 'webhookInsecure' | 'headCheckMs'
>;

/**
 * Shows entries of one stream as the API would show them to nobody in particular, in the order given; null: it cannot be shown. Whatever it throws has it
 * asked again later.
 */
export type Show = (kind: StreamKind, entries: readonly Entry[]) => Promise<readonly (object | null)[]>;

/** What the module's inner parts share. */
export interface WebhookParts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly config: WebhookConfig;
  readonly show: Show;
  /** Called with entries before they are shown: what is kept of whom they change is out of date. */
  readonly onRead: (entries: readonly Entry[]) => void;
  /** Of an app: so many calls at a time. */
  readonly gateOf: (webhookId: string) => Gate;
  /** All webhooks, as they stand at or after the call. */
  readonly current: () => Promise<readonly WebhookRow[]>;
}
