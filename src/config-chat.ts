import { flag, hosts, line, oneOf, option, setting, whole } from './config-option.ts';

/** What can be configured of the chat's rules: the same on every node of a system. */
export const chatOptions = {
  accessTokenSeconds: option('ACCESS_TOKEN_SECONDS', '900', whole(5, 86_400), 'Life of an access token.'),
  sessionDays: option('SESSION_DAYS', '60', whole(1, 3_650), 'A session unused for so long ends.'),
  maxSessions: option('MAX_SESSIONS', '50', whole(1, 50), 'Live sessions a user may have; one more sign-in ends the oldest.'),
  signInAttempts: setting(
    'SIGN_IN_ATTEMPTS',
    '10',
    whole(1, 100_000),
    'Failed sign-ins per handle within 15 minutes before it is throttled.',
  ),
  addressAttempts: setting(
    'ADDRESS_ATTEMPTS',
    '100',
    whole(1, 1_000_000),
    'Failed sign-ins, and sign-ups, per address within 15 minutes before it is throttled.',
  ),
  handleHoldDays: option(
    'HANDLE_HOLD_DAYS',
    '30',
    whole(0, 3_650),
    'For how many days a handle that somebody gave up is kept from everybody else.',
  ),
  handleChanges: option('HANDLE_CHANGES', '3', whole(1, 1_000), 'Changes of handle per user within 24 hours.'),
  searchesPerMinute: setting(
    'SEARCHES_PER_MINUTE',
    '60',
    whole(1, 100_000),
    'Searches for users per user and minute, as many for messages, for conversations, and looks into the directory of groups, and ten times as many for members.',
  ),
  // Some 50 ms of a node's time, and 150 of texts made to be slow: it does something else between each hundred of them, or each that is long.
  searchedMessages: setting(
    'SEARCHED_MESSAGES',
    '5000',
    whole(0, 100_000),
    'Messages that a node reads for one page of a search for messages; the next page goes on from there. 0: nobody can search what was said.',
  ),
  exportDays: option('EXPORT_DAYS', '7', whole(1, 365), 'For how many days a file with all that is a user’s own can be downloaded.'),
  exportsPerDay: option('EXPORTS_PER_DAY', '3', whole(1, 1_000), 'Such files that a user may ask for within 24 hours.'),
  historyDays: setting(
    'HISTORY_DAYS',
    '0',
    // A hundred years.
    whole(0, 36_500),
    'For how many days it is kept what was said; what is older goes for everybody, within about an hour. 0: for ever.',
  ),
  maxMessageLength: setting('MAX_MESSAGE_LENGTH', '8000', whole(1, 16_000), 'Longest message text in Unicode code points.'),
  // Of more of them a message and its copies would weigh as much as a page of others.
  maxAttachments: setting(
    'MAX_ATTACHMENTS',
    '10',
    whole(0, 20),
    'Attachments of a message, which are links to files kept elsewhere; 0: messages have none.',
  ),
  attachmentHosts: setting(
    'ATTACHMENT_HOSTS',
    '',
    hosts,
    'Hosts that attachments may be at, joined by commas; `*.example.org` is any below example.org. Empty: any.',
  ),
  // By default half of what a text takes; at most what the column holds.
  maxDataBytes: setting(
    'MAX_DATA_BYTES',
    '4096',
    whole(0, 64_000),
    'Bytes of JSON that a client may put on a message as its `data`; 0: messages have none.',
  ),
  editWindowSeconds: setting(
    'EDIT_WINDOW_SECONDS',
    '86400',
    whole(0, 2_000_000_000),
    'For how long after it was sent a message can be changed by its sender; 0: not at all.',
  ),
  recallWindowSeconds: setting(
    'RECALL_WINDOW_SECONDS',
    '86400',
    whole(0, 2_000_000_000),
    'For how long after it was sent a message can be taken back by its sender; 0: not at all. Who runs the group always can.',
  ),
  maxReactions: setting('MAX_REACTIONS', '20', whole(1, 1_000), 'Different emojis that a message takes as reactions.'),
  maxPins: setting('MAX_PINS', '50', whole(1, 1_000), 'Messages that may be pinned in a conversation.'),
  // Of more of them an erased account would take long to be emptied: they go in one transaction.
  maxScheduledMessages: setting(
    'MAX_SCHEDULED_MESSAGES',
    '100',
    whole(0, 1_000),
    'Messages of one user that may wait to be said later; 0: nobody can leave any.',
  ),
  maxDrafts: setting(
    'MAX_DRAFTS',
    '200',
    whole(0, 1_000),
    'Drafts that one user may have, of the conversations that they are in; 0: nobody can save any.',
  ),
  draftTellMs: setting(
    'DRAFT_TELL_MS',
    '3000',
    whole(0, 60_000),
    'Devices of who writes a draft are told of it so many ms after it was saved, once for all that is saved by then; 0: at once, each time.',
  ),
  maxSavedMessages: setting(
    'MAX_SAVED_MESSAGES',
    '1000',
    whole(0, 10_000),
    'Messages that one user may have saved, of the conversations that they are in; 0: nobody can save any.',
  ),
  receiptMembers: option(
    'RECEIPT_MEMBERS',
    '100',
    whole(2, 10_000),
    'Members up to which a group tells who has received and read what; in larger ones what has arrived is not kept.',
  ),
  typingMs: setting(
    'TYPING_MS',
    '6000',
    whole(100, 60_000),
    'Who typed and says no more is not typing any more after so many ms; half of it is how often it is told again.',
  ),
  // An offer of a call with sound, a picture and a shared screen has some 10 KB.
  maxSignalBytes: setting(
    'MAX_SIGNAL_BYTES',
    '16384',
    whole(0, 64_000),
    'Bytes that the data of a signal has at most, which clients tell each other at once and nobody keeps; 0: there are no signals.',
  ),
  signalsPerSecond: setting(
    'SIGNALS_PER_SECOND',
    '20',
    whole(1, 1_000),
    'Signals that a node passes on of one user, by the second; ten seconds’ worth at once.',
  ),
  presenceGraceMs: option(
    'PRESENCE_GRACE_MS',
    '10000',
    whole(0, 600_000),
    'A device that has gone is shown as there for so many ms on: one that comes back by then was never away.',
  ),
  awaySeconds: option(
    'AWAY_SECONDS',
    '600',
    whole(0, 86_400),
    'A user who has not asked for anything for so long, on any device, is AWAY; 0: never by themselves.',
  ),
  maxConnections: option(
    'MAX_CONNECTIONS',
    '100',
    whole(1, 10_000),
    'Sockets, and subscriptions over HTTP, that a user may have on all nodes together; one more closes the oldest (1008).',
  ),
  devicePolicy: option(
    'DEVICE_POLICY',
    'several',
    oneOf('several', 'newest'),
    '`several`: a user may be connected with several devices of one kind (`deviceKind` of signIn). `newest`: with one, and the newest closes the others (1008).',
  ),
  maxWatched: option('MAX_WATCHED', '500', whole(1, 10_000), 'Users whose presence one subscription may watch.'),
  contactRequestDays: option(
    'CONTACT_REQUEST_DAYS',
    '30',
    whole(1, 3_650),
    'After so many days a request to become a contact that nobody has answered is over.',
  ),
  contactRequestsPerDay: setting(
    'CONTACT_REQUESTS_PER_DAY',
    '100',
    whole(1, 100_000),
    'Requests to become contacts that a user may make in a day.',
  ),
  maxContactRequests: setting('MAX_CONTACT_REQUESTS', '500', whole(1, 10_000), 'Requests of one user that may wait at a time.'),
  maxBlocks: option('MAX_BLOCKS', '5000', whole(1, 100_000), 'People whom a user may have blocked at a time.'),
  maxGroupMembers: setting('MAX_GROUP_MEMBERS', '2000', whole(2, 100_000), 'Members a group may have.'),
  maxAdmins: option('MAX_ADMINS', '50', whole(1, 1_000), 'Admins a group may have beside its owner.'),
  maxGroupsPerUser: setting('MAX_GROUPS_PER_USER', '1000', whole(1, 10_000), 'Groups a user may be in; a bot may be in any number.'),
  maxJoinRequests: option('MAX_JOIN_REQUESTS', '50', whole(1, 1_000), 'Groups that a user may be asking to join at a time.'),
  maxInvites: option('MAX_INVITES', '100', whole(1, 100), 'Invitations that a group may have at a time.'),
  joinAttempts: setting(
    'JOIN_ATTEMPTS',
    '100',
    whole(1, 1_000_000),
    'Attempts to join a group, and looks at one from outside, per user within 15 minutes before they are throttled.',
  ),
  reportsPerDay: setting('REPORTS_PER_DAY', '50', whole(1, 100_000), 'Reports of messages and users that a user may make in a day.'),
  reportDays: option(
    'REPORT_DAYS',
    '90',
    whole(1, 3_650),
    'For how many days after the decision a report, and what it keeps of what was said, stays in the moderation queue.',
  ),
  signUpOpen: setting('SIGN_UP_OPEN', 'true', flag, 'Let people sign up. Who has an account signs in all the same.'),
  search: setting('SEARCH', 'true', flag, 'Let users search for users.'),
  // Nothing is in it until somebody puts their own group there.
  groupDirectory: setting(
    'GROUP_DIRECTORY',
    'true',
    flag,
    'Let groups be listed where every user finds them. Where it is off nobody sees the list, and what was on it is there again later.',
  ),
  typing: setting(
    'TYPING',
    'true',
    flag,
    'Tell who is typing. Where it is off, whoever says that they type is not refused, and nobody is told.',
  ),
  maintenance: setting(
    'MAINTENANCE',
    'false',
    flag,
    'Refuse with UNAVAILABLE what changes anything, but for signing in and refreshing a token; queries and subscriptions go on.',
  ),
  maintenanceMessage: setting(
    'MAINTENANCE_MESSAGE',
    'Maintenance is under way. Try again later.',
    line(500),
    'What people are told who are refused so.',
  ),
} as const;
