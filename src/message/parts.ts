import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Groups } from '../group/index.ts';
import type { Log } from '../log/index.ts';
import type { Screen } from '../words/index.ts';
import type { Approval } from './approval.ts';
import type { Fingerprints } from './fingerprint.ts';

/** The settings that the module reads. */
export type MessageConfig = Pick<
  Config,
  | 'maxMessageLength'
  | 'maxAttachments'
  | 'attachmentHosts'
  | 'maxDataBytes'
  | 'editWindowSeconds'
  | 'recallWindowSeconds'
  | 'maxReactions'
  | 'maxPins'
  | 'receiptMembers'
  | 'typing'
  | 'typingMs'
  | 'maxSignalBytes'
  | 'signalsPerSecond'
  | 'commitBatch'
  | 'commitQueue'
  | 'writeDeadlineMs'
>;

/** What the files of the module share. */
export interface MessageParts {
  readonly db: Db;
  readonly log: Log;
  readonly groups: Groups;
  readonly bus: Bus;
  readonly fingerprints: Fingerprints;
  readonly config: MessageConfig;
  /** Blocked words. */
  readonly screen: Screen;
  readonly approval: Approval;
}
