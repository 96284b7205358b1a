import type { Entry, EntryType } from './entry.ts';

/**
 * The types of entries that leave cached rows as they are: the conversation's, its members' (except their own marks) and the account's
 * user's. Any other type may have changed them, so they are read again. A missing type costs a read but is never wrong.
 */
const leavesRows: ReadonlySet<EntryType | 'Hidden'> = new Set<EntryType>([
  ...(['MessageSent', 'MessageEdited', 'MessageRecalled', 'ReactionsChanged', 'PinChanged', 'HistoryTrimmed'] as const),
  ...(['PollVoted', 'PollClosed'] as const),
  ...(['ConversationOpened', 'ConversationClosed', 'MembershipSettled', 'MessageHidden', 'ConversationCleared', 'ThreadRead'] as const),
  ...([
    'ContactRequestSent',
    'ContactRequestReceived',
    'ContactRequestWithdrawn',
    'ContactRequestClosed',
    'ContactChanged',
    'BlockChanged',
  ] as const),
  ...(['JoinRequestSent', 'JoinRequestReceived', 'JoinRequestClosed', 'InvitesChanged'] as const),
  ...(['SettingsChanged', 'SessionStarted', 'SessionEnded', 'SessionChanged', 'DataExportChanged'] as const),
  ...(['ScheduledMessageChanged', 'ScheduledMessageClosed', 'DraftChanged', 'SavedMessageChanged'] as const),
  ...(['NoticePosted', 'NoticeRevoked'] as const),
]);

/** Whether cached rows of the entry's conversation, its members or its account's user may be out of date after it. */
export function changesRows({ type }: Pick<Entry, 'type'>): boolean {
  return !leavesRows.has(type);
}
