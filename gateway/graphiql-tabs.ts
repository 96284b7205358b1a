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
# 1. Choose a handle and a password, and run this.
# This browser tab is signed in from then on. You need not copy a header.
# To become another user, run it again with another handle.
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
# If you have an account: sign in. (npm start -- --demo creates alice, bob and carol.)
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
# 2. Shows everything that happens to you: first the events that you missed, then new ones as they come.
# The newest event is on top. The earlier ones are under "before".
# GraphiQL stops the subscription when you open another tab. Run it again: it resumes where it stopped.
# To see an event arrive, sign in as another user in a second browser window, and send a message from there.
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
# 3. Find a user by handle. You can find yourself.
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
# 4. Open a conversation with the user that you found. The page fills in the empty variable.
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
# 5. Send a message. Then go back to the tab "Watch" and run it again.
# The page makes a new clientMessageId for each run. With a used one, you get the message that was sent with it.
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
