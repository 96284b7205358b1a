import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Db, StreamKind } from '../db/index.ts';
import type { Entry, Log } from '../log/index.ts';
import type { Tracer } from '../tracer.ts';
import type { Gate } from './gate.ts';
import type { WebhookRow } from './store.ts';

/** The configuration options that the module reads. */
export type WebhookConfig = Pick<
  Config,
  'webhookTimeoutMs' | 'webhookConcurrency' | 'webhookDisableHours' | 'webhookInsecure' | 'headCheckMs'
>;

/**
 * Renders entries of one stream as the API would show them to no viewer in particular, in the order given. Null: the entry cannot be
 * rendered. Any error it throws makes the call be retried later.
 */
export type Show = (kind: StreamKind, entries: readonly Entry[]) => Promise<readonly (object | null)[]>;

/** The parts that the module's files share. */
export interface WebhookParts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly config: WebhookConfig;
  readonly show: Show;
  /** Called with entries before they are rendered: cached users that they change are out of date. */
  readonly onRead: (entries: readonly Entry[]) => void;
  /** Returns the gate of an app, which limits its concurrent calls. */
  readonly gateOf: (webhookId: string) => Gate;
  /** Reads all webhooks. The result is never older than the call. */
  readonly current: () => Promise<readonly WebhookRow[]>;
}
