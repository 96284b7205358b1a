/** A tab that GraphiQL opens with. */
export interface Tab {
  readonly query: string;
  readonly variables: string;
}

function tab(query: string, variables: Readonly<Record<string, unknown>> = {}): Tab {
  return { query: `${query.trim()}\n`, variables: JSON.stringify(variables, null, 2) };
}

/**
 * A first conversation, in the order of the tabs. What one needs of another (token, ids) the page fills in: variables left "" take what was
 * last seen under their name, which is why the documents name ids apart (`userId: id`).
 */
export const readyTabs: readonly Tab[] = [
  tab(
    `
# 1. Choose a handle and a password below (Variables) and run.
# From then on this browser tab is signed in: no header to copy.
# Run it again with another handle to be somebody else.
mutation SignUp($handle: String!, $password: String!) {
  signUp(input: { handle: $handle, password: $password, deviceName: "GraphiQL" }) {
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
    { handle: 'ada', password: 'correct horse battery' },
  ),
  tab(
    `
# Instead of signing up: sign in as somebody who is there (npm start -- --demo makes alice, bob and carol).
mutation SignIn($handle: String!, $password: String!) {
  signIn(input: { handle: $handle, password: $password, deviceName: "GraphiQL" }) {
    accessToken
    accessTokenExpiresAt
    errors {
      code
      message
    }
  }
}
`,
    { handle: 'ada', password: 'correct horse battery' },
  ),
  tab(
    `
# 2. Run this and let it run: everything that happens to you arrives here, live.
subscription Watch {
  events {
    __typename
    at
    ... on LogEvent {
      streamId
      seq
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
  ),
  tab(
    `
# 3. Find somebody by handle: yourself will do.
query Find($handle: String!) {
  user(handle: $handle) {
    userId: id
    displayName
  }
}
`,
    { handle: 'ada' },
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
# 5. Send, and look at the tab "Watch". Each run makes a new clientMessageId;
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
