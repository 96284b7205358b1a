import type { Model } from '../db/index.ts';

/**
 * How a transfer treats the rows of a model: it copies them, writes its own, or leaves them behind because they mean nothing in another
 * database.
 */
export type Treatment = 'copied' | 'written' | 'left';

/** The treatment of every model. Which users are online and which nodes run is not stored in any table. */
export const treatments: { readonly [M in Model]: Treatment } = {
  Stream: 'copied',
  Entry: 'copied',
  Message: 'copied',
  ScheduledMessage: 'copied',
  MessageEdit: 'copied',
  AttachedMessage: 'copied',
  Mention: 'copied',
  Reply: 'copied',
  ThreadPart: 'copied',
  Reaction: 'copied',
  Pin: 'copied',
  PollVote: 'copied',
  HiddenMessage: 'copied',
  Draft: 'copied',
  SavedMessage: 'copied',
  // Marks for lost answers of COMMIT. The process that wrote a mark asks for it within seconds, and no other does.
  Commit: 'left',
  User: 'copied',
  // The chosen status and when the user was last seen, not whether they are online.
  Presence: 'copied',
  UserTerm: 'copied',
  Session: 'copied',
  Contact: 'copied',
  ContactRequest: 'copied',
  Block: 'copied',
  HandleHold: 'copied',
  Identity: 'copied',
  DataExport: 'copied',
  DataExportPart: 'copied',
  JoinRequest: 'copied',
  GroupInvite: 'copied',
  // The lease of a killed node expires as it would have in the old database.
  Job: 'copied',
  Webhook: 'copied',
  WebhookBacklog: 'copied',
  BeforeSend: 'copied',
  Notice: 'copied',
  NoticeRecipient: 'copied',
  PushDevice: 'copied',
  QuietHours: 'copied',
  PushDue: 'copied',
  PushDelivery: 'copied',
  Conversation: 'copied',
  GroupTerm: 'copied',
  Membership: 'copied',
  Imported: 'copied',
  ImportPending: 'copied',
  ImportedRead: 'copied',
  // An embedded node keeps its key in a file.
  ServerKey: 'written',
  // Written by the last step, together with removing the mark.
  Deployment: 'written',
  SettingsVersion: 'copied',
  AuditEntry: 'copied',
  Suspension: 'copied',
  ModerationItem: 'copied',
  ModerationReport: 'copied',
  BlockedWordList: 'copied',
};
