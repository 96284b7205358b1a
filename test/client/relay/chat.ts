import { graphql } from 'relay-runtime';

// The compiler reads this file and writes `__generated__/`, which the tests import. Nothing imports this file, because no plugin here
// replaces its documents with the generated ones.

export const me = graphql`
  query chatMeQuery {
    viewer {
      user {
        id
      }
    }
  }
`;

/** The list of conversations, in pages. */
export const conversations = graphql`
  fragment chatConversations_viewer on Viewer
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "chatConversationsPageQuery") {
    conversations(first: $count, after: $cursor) @connection(key: "Viewer_conversations") {
      __id
      edges {
        node {
          id
          lastSeq
          ... on Group {
            name
          }
          ... on DirectConversation {
            viewerPeer {
              handle
            }
          }
        }
      }
    }
  }
`;

export const conversationsQuery = graphql`
  query chatConversationsQuery {
    viewer {
      readReceipts
      ...chatConversations_viewer
    }
  }
`;

/** The fields of a message in a conversation. */
export const message = graphql`
  fragment chatMessage_message on Message {
    id
    seq
    text
    clientMessageId
    editedAt
    recalledAt
    sender {
      handle
    }
  }
`;

/** The messages of a conversation, in pages in both directions from any place. */
export const messages = graphql`
  fragment chatMessages_conversation on Conversation
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
    around: { type: "Int" }
  )
  @refetchable(queryName: "chatMessagesPageQuery") {
    id
    lastSeq
    messages(first: $first, after: $after, last: $last, before: $before, around: $around)
      @connection(key: "Conversation_messages", filters: []) {
      __id
      edges {
        node {
          ...chatMessage_message @relay(mask: false)
        }
      }
    }
  }
`;

export const messagesQuery = graphql`
  query chatMessagesQuery($id: ID!, $first: Int, $last: Int, $around: Int) {
    conversation(id: $id) {
      ...chatMessages_conversation @arguments(first: $first, last: $last, around: $around)
    }
  }
`;

/** An object that is refetched by its id. */
export const node = graphql`
  query chatNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Message {
        text
      }
      ... on User {
        handle
        viewerContact {
          id
        }
      }
      ... on Conversation {
        lastSeq
      }
    }
  }
`;

export const send = graphql`
  mutation chatSendMutation($input: SendMessageInput!, $connections: [ID!]!) @raw_response_type {
    sendMessage(input: $input) {
      messageEdge @appendEdge(connections: $connections) {
        cursor
        node {
          ...chatMessage_message @relay(mask: false)
        }
      }
      errors {
        code
        message
      }
    }
  }
`;

export const open = graphql`
  mutation chatOpenMutation($input: OpenDirectConversationInput!, $connections: [ID!]!) {
    openDirectConversation(input: $input) {
      conversationEdge @prependEdge(connections: $connections) {
        cursor
        node {
          id
          lastSeq
        }
      }
      errors {
        code
      }
    }
  }
`;

export const hide = graphql`
  mutation chatHideMutation($input: HideMessageInput!, $connections: [ID!]!) {
    hideMessage(input: $input) {
      messageId @deleteEdge(connections: $connections)
      errors {
        code
      }
    }
  }
`;

export const forget = graphql`
  mutation chatForgetMutation($input: RemoveContactInput!) {
    removeContact(input: $input) {
      contactId @deleteRecord
      errors {
        code
      }
    }
  }
`;

export const settle = graphql`
  mutation chatSettleMutation($input: UpdateSettingsInput!) {
    updateSettings(input: $input) {
      viewer {
        readReceipts
      }
      errors {
        code
      }
    }
  }
`;

export const leave = graphql`
  mutation chatLeaveMutation($input: LeaveGroupInput!, $connections: [ID!]!) {
    leaveGroup(input: $input) {
      conversationId @deleteEdge(connections: $connections)
      errors {
        code
      }
    }
  }
`;

/** The fields that a subscription needs to be resumed, and the events of the tests. */
export const event = graphql`
  fragment chatEvent_event on Event {
    __typename
    ... on LogEvent {
      streamId
      seq
    }
    ... on ConversationOpened {
      position {
        streamId
        seq
        epoch
      }
    }
    ... on ConversationClosed {
      conversationId
      leaveReason
    }
    ... on StreamReady {
      positions {
        streamId
        seq
        epoch
      }
    }
    ... on ResyncRequired {
      streamId
      lastSeq
      resyncReason
    }
    ... on MessageEdited {
      message {
        ...chatMessage_message @relay(mask: false)
      }
    }
    ... on MessageRecalled {
      message {
        ...chatMessage_message @relay(mask: false)
      }
    }
  }
`;

export const watch = graphql`
  subscription chatWatchSubscription($after: [PositionInput!]) {
    events(after: $after) {
      ...chatEvent_event @relay(mask: false)
      ... on MessageSent {
        conversation {
          id
          lastSeq
        }
        messageEdge {
          cursor
          node {
            ...chatMessage_message @relay(mask: false)
          }
        }
      }
    }
  }
`;

export const watchOne = graphql`
  subscription chatWatchOneSubscription($id: ID!, $after: Int, $epoch: String, $connections: [ID!]!) {
    conversationEvents(conversationId: $id, after: $after, epoch: $epoch) {
      ...chatEvent_event @relay(mask: false)
      ... on MessageSent {
        conversation {
          lastSeq
        }
        messageEdge @appendEdge(connections: $connections) {
          cursor
          node {
            ...chatMessage_message @relay(mask: false)
          }
        }
      }
    }
  }
`;

/** A document that cannot be resumed. */
export const watchLittle = graphql`
  subscription chatWatchLittleSubscription($after: [PositionInput!]) {
    events(after: $after) {
      at
    }
  }
`;

export const presence = graphql`
  subscription chatPresenceSubscription($userIds: [ID!]!) {
    presence(userIds: $userIds) {
      user {
        id
      }
    }
  }
`;
