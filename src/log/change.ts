import type { Entry, EntryType } from './entry.ts';

/**
 * Entries after which the rows of the conversation, of its members (but for their own marks) and of the account's user stand as before. Whatever is not named here may
 * have changed them: what is kept of them is read anew, which is never wrong.
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

/** True for an entry after which what is kept of its conversation, of the members or of its account's user may be out of date. */
export function changesRows({ type }: Pick<Entry, 'type'>): boolean {
  return !leavesRows.has(type);
}
