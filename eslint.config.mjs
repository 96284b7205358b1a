import graphql from '@graphql-eslint/eslint-plugin';

const { configs, parser } = graphql;

// One for all files: the plugin keeps the first that it is given.
const documents = ['test/support/documents/*.graphql', 'web/documents/*.graphql'];
const graphQLConfig = { schema: 'schema/schema.graphql', documents };

// The types that the contract gives no id: what belongs to one page, one payload or one event, or has no identity of its own.
const withoutId = {
  suffixes: ['Connection', 'Edge', 'Payload'],
  types: [
    'PageInfo',
    'UserError',
    'Viewer',
    'UnreadTotals',
    'PushDevice',
    'QuietHours',
    'MessageOrigin',
    'MessageEdit',
    'Attachment',
    'Poll',
    'ScheduledPoll',
    'TypingChanged',
    'SignalReceived',
    'Position',
    'MessageSent',
    'MessageEdited',
    'MessageRecalled',
    'ReactionsChanged',
    'PollVoted',
    'PollClosed',
    'PinChanged',
    'HistoryTrimmed',
    'GroupChanged',
    'MembershipSettled',
    'MessageHidden',
    'ConversationCleared',
    'ThreadRead',
    'MemberJoined',
    'MemberChanged',
    'MemberLeft',
    'ConversationOpened',
    'ConversationClosed',
    'ContactRequestSent',
    'ContactRequestReceived',
    'ContactRequestWithdrawn',
    'ContactRequestClosed',
    'BlockChanged',
    'ContactChanged',
    'JoinRequestSent',
    'JoinRequestReceived',
    'JoinRequestClosed',
    'InvitesChanged',
    'GroupPreview',
    'ViewerChanged',
    'DataExportChanged',
    'ScheduledMessageChanged',
    'ScheduledMessageClosed',
    'ScheduledMessageRefusal',
    'DraftChanged',
    'SavedMessageChanged',
    'NoticePosted',
    'NoticeRevoked',
    'EntryHidden',
    'ReceiptMoved',
    'ViewerMarkersMoved',
    'StreamReady',
    'ResyncRequired',
  ],
};

/** GraphQL only: everything else is Biome's. */
export default [
  { ignores: ['**/*.{js,mjs,cjs,ts,tsx}', '**/generated/', 'data/', 'coverage/'] },
  {
    files: ['schema/schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser, parserOptions: { graphQLConfig } },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // An earlier text of a message is read with its message, and not by itself.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: withoutId }],
    },
  },
  {
    files: documents,
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser, parserOptions: { graphQLConfig } },
    rules: {
      ...configs['flat/operations-recommended'].rules,
      // Of the tests and of the demo app, which know nothing of each other: codegen holds it for each of them.
      '@graphql-eslint/unique-operation-name': 'off',
      '@graphql-eslint/unique-fragment-name': 'off',
      // As deep as a client can ask, and one test does: a quotation in a page of a conversation in a list.
      '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 12 }],
    },
  },
];
