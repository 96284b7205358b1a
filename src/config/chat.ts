import { flag, hosts, line, oneOf, option, setting, whole } from './option.ts';

/** The options for the rules of the chat. They must be the same on all nodes of a system. */
export const chatOptions = {
  accessTokenSeconds: option('ACCESS_TOKEN_SECONDS', '900', whole(5, 86_400), 'Lifetime of an access token, in seconds.'),
  sessionDays: option('SESSION_DAYS', '60', whole(1, 3_650), 'Days after which an unused session ends.'),
  maxSessions: option(
    'MAX_SESSIONS',
    '50',
    whole(1, 50),
    'Maximum number of live sessions per user. One more sign-in ends the oldest session.',
  ),
  signInAttempts: setting(
    'SIGN_IN_ATTEMPTS',
    '10',
    whole(1, 100_000),
    'Failed sign-ins per handle and network address within 15 minutes before further ones are refused with RATE_LIMITED. From all addresses together, ten times as many.',
  ),
  addressAttempts: setting(
    'ADDRESS_ATTEMPTS',
    '100',
    whole(1, 1_000_000),
    'Failed sign-ins, and sign-ups, per network address within 15 minutes before further ones are refused with RATE_LIMITED.',
  ),
  handleHoldDays: option(
    'HANDLE_HOLD_DAYS',
    '30',
    whole(0, 3_650),
    'Days for which a handle that a user gave up is kept from all other users.',
  ),
  handleChanges: option('HANDLE_CHANGES', '3', whole(1, 1_000), 'Maximum number of handle changes per user within 24 hours.'),
  searchesPerMinute: setting(
    'SEARCHES_PER_MINUTE',
    '60',
    whole(1, 100_000),
    'Searches for users per user and minute. The same limit applies separately to searches for messages, to searches for conversations and to requests to the group directory. Ten times as many searches for members are allowed.',
  ),
  // Takes about 50 ms of a node's time, 150 for texts made to be slow. The node does other work after every hundred messages, or after each
  // long one.
  searchedMessages: setting(
    'SEARCHED_MESSAGES',
    '5000',
    whole(0, 100_000),
    'Maximum number of messages that a node reads for one page of a message search. The next page continues from there. 0: message search is off.',
  ),
  exportDays: option('EXPORT_DAYS', '7', whole(1, 365), 'Days for which the file of a data export can be downloaded.'),
  exportsPerDay: option('EXPORTS_PER_DAY', '3', whole(1, 1_000), 'Maximum number of data exports that a user may request within 24 hours.'),
  historyDays: setting(
    'HISTORY_DAYS',
    '0',
    // A hundred years.
    whole(0, 36_500),
    'Days for which history is kept. Older history is deleted for everyone, within about an hour. 0: history is kept forever.',
  ),
  // As long as an unused session: with both defaults a device that is told to fetch its account again would have to sign in again anyway.
  accountLogDays: setting(
    'ACCOUNT_LOG_DAYS',
    '60',
    whole(0, 36_500),
    'Days for which the entries of account streams, and of the server’s stream, are kept. A client that resumes from an older position gets ResyncRequired for that stream. Nothing else is deleted. 0: they are kept forever.',
  ),
  maxMessageLength: setting('MAX_MESSAGE_LENGTH', '8000', whole(1, 16_000), 'Maximum length of a message text, in Unicode code points.'),
  // More attachments would make a message and its copies as large as a page of others.
  maxAttachments: setting(
    'MAX_ATTACHMENTS',
    '10',
    whole(0, 20),
    'Maximum number of attachments of a message, which are links to files that are stored elsewhere. 0: no attachments.',
  ),
  attachmentHosts: setting(
    'ATTACHMENT_HOSTS',
    '',
    hosts,
    'Hosts where attachments may be, separated by commas. `*.example.org` stands for every host below example.org. Empty: any host.',
  ),
  // The default is half of what a text can take. The maximum is what the column holds.
  maxDataBytes: setting(
    'MAX_DATA_BYTES',
    '4096',
    whole(0, 64_000),
    'Maximum size of the custom JSON `data` of a message, in bytes. 0: no data.',
  ),
  editWindowSeconds: setting(
    'EDIT_WINDOW_SECONDS',
    '86400',
    whole(0, 2_000_000_000),
    'Seconds for which a sender can edit a message after sending it. 0: messages cannot be edited.',
  ),
  recallWindowSeconds: setting(
    'RECALL_WINDOW_SECONDS',
    '86400',
    whole(0, 2_000_000_000),
    'Seconds for which a sender can recall a message after sending it. 0: senders cannot recall messages. The owner and admins of a group always can.',
  ),
  maxReactions: setting(
    'MAX_REACTIONS',
    '20',
    whole(1, 1_000),
    'Maximum number of different emojis with which a message can be reacted to.',
  ),
  maxPins: setting('MAX_PINS', '50', whole(1, 1_000), 'Maximum number of pinned messages in a conversation.'),
  // More would make it slow to empty an erased account: they are deleted in one transaction.
  maxScheduledMessages: setting(
    'MAX_SCHEDULED_MESSAGES',
    '100',
    whole(0, 1_000),
    'Maximum number of scheduled messages per user. 0: messages cannot be scheduled.',
  ),
  maxDrafts: setting(
    'MAX_DRAFTS',
    '200',
    whole(0, 1_000),
    'Maximum number of drafts per user, in the conversations of which they are a member. 0: drafts cannot be saved.',
  ),
  draftTellMs: setting(
    'DRAFT_TELL_MS',
    '3000',
    whole(0, 60_000),
    'Delay in milliseconds before a user’s devices are told of a saved draft. All saves within it are told as one. 0: each save is told at once.',
  ),
  maxSavedMessages: setting(
    'MAX_SAVED_MESSAGES',
    '1000',
    whole(0, 10_000),
    'Maximum number of saved messages per user, in the conversations of which they are a member. 0: messages cannot be saved.',
  ),
  receiptMembers: option(
    'RECEIPT_MEMBERS',
    '100',
    whole(2, 10_000),
    'Maximum number of members for which a group has read receipts and delivery receipts. In larger groups deliveries are not stored.',
  ),
  typingMs: setting(
    'TYPING_MS',
    '6000',
    whole(100, 60_000),
    'Milliseconds after which a user who does not report typing again is no longer shown as typing. While they go on, others are told again after half of this time.',
  ),
  // An offer of a call with sound, video and a shared screen has some 10 KB.
  maxSignalBytes: setting(
    'MAX_SIGNAL_BYTES',
    '16384',
    whole(0, 64_000),
    'Maximum size of the data of a signal, in bytes. Clients send signals to each other live, and they are not stored. 0: no signals.',
  ),
  signalsPerSecond: setting(
    'SIGNALS_PER_SECOND',
    '20',
    whole(1, 1_000),
    'Signals per user and second that a node passes on. Bursts of ten seconds’ worth are allowed.',
  ),
  presenceGraceMs: option(
    'PRESENCE_GRACE_MS',
    '10000',
    whole(0, 600_000),
    'Milliseconds for which a device is still shown as online after it disconnected. If it reconnects within this time, it was never offline.',
  ),
  awaySeconds: option(
    'AWAY_SECONDS',
    '600',
    whole(0, 86_400),
    'Seconds after which a user who has made no request on any device is shown as AWAY. 0: never automatically.',
  ),
  maxConnections: option(
    'MAX_CONNECTIONS',
    '100',
    whole(1, 10_000),
    'Maximum number of connections per user on all nodes together: WebSockets, and subscriptions over HTTP. One more closes the oldest with 1008.',
  ),
  devicePolicy: option(
    'DEVICE_POLICY',
    'several',
    oneOf('several', 'newest'),
    '`several`: a user may be connected with several devices of each kind (`deviceKind` of signIn). `newest`: with one of each kind, and the newest closes the others with 1008.',
  ),
  maxWatched: option('MAX_WATCHED', '500', whole(1, 10_000), 'Maximum number of users whose presence one subscription may watch.'),
  contactRequestDays: option('CONTACT_REQUEST_DAYS', '30', whole(1, 3_650), 'Days after which an unanswered contact request expires.'),
  contactRequestsPerDay: setting(
    'CONTACT_REQUESTS_PER_DAY',
    '100',
    whole(1, 100_000),
    'Maximum number of contact requests that a user may send per day.',
  ),
  maxContactRequests: setting('MAX_CONTACT_REQUESTS', '500', whole(1, 10_000), 'Maximum number of pending contact requests per user.'),
  maxBlocks: option('MAX_BLOCKS', '5000', whole(1, 100_000), 'Maximum number of users whom a user may have blocked.'),
  maxGroupMembers: setting('MAX_GROUP_MEMBERS', '2000', whole(2, 100_000), 'Maximum number of members of a group.'),
  maxAdmins: option('MAX_ADMINS', '50', whole(1, 1_000), 'Maximum number of admins of a group, in addition to its owner.'),
  maxGroupsPerUser: setting(
    'MAX_GROUPS_PER_USER',
    '1000',
    whole(1, 10_000),
    'Maximum number of groups of which a user may be a member. Bots may be members of any number of groups.',
  ),
  maxJoinRequests: option('MAX_JOIN_REQUESTS', '50', whole(1, 1_000), 'Maximum number of pending join requests per user.'),
  maxInvites: option('MAX_INVITES', '100', whole(1, 100), 'Maximum number of invites of a group.'),
  joinAttempts: setting(
    'JOIN_ATTEMPTS',
    '100',
    whole(1, 1_000_000),
    'Attempts to join a group, and previews of groups, per user within 15 minutes before further ones are refused with RATE_LIMITED.',
  ),
  reportsPerDay: setting(
    'REPORTS_PER_DAY',
    '50',
    whole(1, 100_000),
    'Maximum number of reports of messages and users that a user may make per day.',
  ),
  reportDays: option(
    'REPORT_DAYS',
    '90',
    whole(1, 3_650),
    'Days for which a report, with the content that it keeps, stays in the moderation queue after the decision.',
  ),
  signUpOpen: setting('SIGN_UP_OPEN', 'true', flag, 'Whether people can sign up. Users with an account can sign in in any case.'),
  search: setting('SEARCH', 'true', flag, 'Whether users can search for users.'),
  // On by default, because the directory is empty until somebody lists their own group.
  groupDirectory: setting(
    'GROUP_DIRECTORY',
    'true',
    flag,
    'Whether groups can be listed in a directory that every user can read. While it is off, nobody sees the directory; its groups reappear when it is on again.',
  ),
  typing: setting(
    'TYPING',
    'true',
    flag,
    'Whether it is shown who is typing. While it is off, reports of typing are accepted, but nobody is told.',
  ),
  maintenance: setting(
    'MAINTENANCE',
    'false',
    flag,
    'Whether all mutations except signing in and refreshing a token are refused with UNAVAILABLE. Queries and subscriptions continue to work.',
  ),
  maintenanceMessage: setting(
    'MAINTENANCE_MESSAGE',
    'Maintenance is under way. Try again later.',
    line(500),
    'The message of the error while MAINTENANCE is on.',
  ),
} as const;
