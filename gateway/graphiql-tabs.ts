/** A tab in the public GraphiQL. */
export interface Tab {
  readonly query: string;
  readonly variables: string;
}

function tab(query: string, variables: Readonly<Record<string, unknown>> = {}): Tab {
  return { query: `${query.trim()}\n`, variables: JSON.stringify(variables, null, 2) };
}

/**
 * The tabs, in order: a first conversation. The page fills in the values that one tab needs from another (token, ids): a variable left ""
 * gets the value last seen under its name. This is why the documents use aliases for ids (`userId: id`).
 */
export const readyTabs: readonly Tab[] = [
  tab(
    `
# 1. Choose a handle and a password here, and run.
# From then on this browser tab is signed in: no header to copy.
# Run it again with another handle to be somebody else.
mutation SignUp {
  signUp(input: { handle: "ada", password: "correct horse battery", deviceName: "GraphiQL" }) {
    accessToken
    accessTokenExpiresAt
    viewer {
      user {
        userId: id
        handle
      }
    }
    errors {
      code
      message
      field
    }
  }
}
`,
  ),
  tab(
    `
# Instead of signing up: sign in as somebody who is there (npm start -- --demo makes alice, bob and carol).
mutation SignIn {
  signIn(input: { handle: "ada", password: "correct horse battery", deviceName: "GraphiQL" }) {
    accessToken
    accessTokenExpiresAt
    viewer {
      user {
        userId: id
        handle
      }
    }
    errors {
      code
      message
    }
  }
}
`,
  ),
  tab(
    `
# 2. Everything that happens to you: first what you have not been shown yet, then live.
# The newest is on top, those before it follow under "before".
# GraphiQL stops it when you change tabs. Run it again, and it goes on where it stood.
# To watch it live, be somebody else in a second browser window and write from there.
subscription Watch($after: [PositionInput!]) {
  events(after: $after) {
    __typename
    at
    ... on LogEvent {
      streamId
      seq
    }
    ... on StreamReady {
      positions {
        streamId
        seq
      }
    }
    ... on MessageSent {
      messageEdge {
        node {
          text
          sender {
            handle
          }
        }
      }
    }
  }
}
`,
    { after: '' },
  ),
  tab(
    `
# 3. Find somebody by handle: yourself will do.
query Find {
  user(handle: "ada") {
    userId: id
    displayName
  }
}
`,
  ),
  tab(
    `
# 4. Open a conversation with whom you found ("" is filled in).
mutation Open($userId: ID!) {
  openDirectConversation(input: { userId: $userId }) {
    conversationEdge {
      node {
        conversationId: id
      }
    }
    errors {
      code
      message
      field
    }
  }
}
`,
    { userId: '' },
  ),
  tab(
    `
# 5. Send, then go back to the tab "Watch" and run it again. Each run here makes a new clientMessageId;
# the same one again would return the first message instead of sending twice.
mutation Send($conversationId: ID!, $clientMessageId: ID!, $text: String!) {
  sendMessage(input: { conversationId: $conversationId, clientMessageId: $clientMessageId, text: $text }) {
    messageEdge {
      node {
        seq
        text
        sentAt
      }
    }
    errors {
      code
      message
      field
    }
  }
}
`,
    { conversationId: '', clientMessageId: '', text: 'Hello' },
  ),
];
