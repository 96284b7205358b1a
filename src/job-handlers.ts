import type { Contacts } from './contact/index.ts';
import type { Drafts } from './draft/index.ts';
import type { DataExports } from './export/index.ts';
import type { Groups, Joining } from './group/index.ts';
import type { JobHandlers } from './jobs/index.ts';
import type { Messages } from './message/index.ts';
import type { Moderation } from './moderation/index.ts';
import type { Notices } from './notice/index.ts';
import type { Push } from './push/index.ts';
import type { Retention } from './retention/index.ts';
import type { SavedMessages } from './saved/index.ts';
import type { ScheduledMessages } from './scheduled/index.ts';
import type { Users } from './user/index.ts';
import type { Webhooks } from './webhook/index.ts';
import type { Worker } from './worker/index.ts';

/** The modules that run jobs. */
interface Parts {
  readonly users: Users;
  readonly contacts: Contacts;
  readonly groups: Groups;
  readonly joining: Joining;
  readonly messages: Messages;
  readonly scheduled: ScheduledMessages;
  readonly drafts: Drafts;
  readonly saved: SavedMessages;
  readonly exports: DataExports;
  readonly notices: Notices;
  readonly moderation: Moderation;
  readonly webhooks: Webhooks;
  readonly push: Push;
  readonly worker: Worker;
  readonly retention: Retention;
}

/** Maps each kind of job to the function that runs it. */
export function jobHandlersOf(chat: Parts): JobHandlers {
  const { users, contacts, groups, joining, messages, scheduled, drafts, saved, exports, notices, moderation, webhooks, push } = chat;
  const { worker, retention } = chat;
  return {
    async GroupDissolved(dissolved) {
      await groups.tellDissolved(dissolved);
      await joining.tellDissolved(dissolved);
    },
    async AccountErased({ userId, messages: becomes }, signal) {
      await exports.eraseAll(userId);
      await scheduled.eraseAll(userId);
      await drafts.eraseAll(userId);
      await saved.eraseAll(userId);
      await notices.eraseAll(userId);
      await push.eraseAll(userId);
      await contacts.eraseAll(userId, signal);
      await joining.withdrawAll(userId, signal);
      await groups.leaveAll(userId, signal);
      await messages.removeAll(userId, becomes === 'REMOVE' ? 'ALL' : 'UNSEEN', signal);
      // After the messages, so that messages recalled just now are removed from the reports' copies too.
      await moderation.eraseAll(userId, { messages: becomes, signal });
    },
    ContactRequestExpired: (request) => contacts.expire(request),
    async FirstMessage(request) {
      const first = await contacts.firstMessage(request);
      if (first === null) return;
      await messages.sendFirstMessage(request, first);
      await contacts.clearFirstMessage(request, first);
    },
    HandleFreed: (freed) => users.freeHandles(freed),
    ScheduledMessageDue: (due) => scheduled.due(due),
    PollDue: ({ conversationId, messageSeq: seq }) => messages.closeDue({ conversationId, seq }),
    DraftUntold: (place) => drafts.tell(place),
    DataExport: (wanted, signal) => exports.make(wanted, signal),
    DataExportOver: (over) => exports.end(over),
    ModerationItemOver: (over) => moderation.over(over),
    NoticeDue: (due, signal) => notices.due(due, signal),
    NoticeRevoked: (revoked, signal) => notices.tellRevoked(revoked, signal),
    WebhookBacklog: (missing, signal) => webhooks.catchUp(missing, signal),
    AttachmentRound: (from, signal) => messages.repairAttachments(from, signal),
    HistoryRound: (from, signal) => retention.round(from, signal),
    OwnHistoryRound: (from, signal) => retention.ownRound(from, signal),
    AccountRound: (from, signal) => retention.accountRound(from, signal),
    EffectOwed: (owed, signal) => worker.again(owed, signal),
  };
}
