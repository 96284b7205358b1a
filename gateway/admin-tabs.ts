/** A tab in the operators' GraphiQL. */
export interface AdminTab {
  readonly query: string;
  readonly variables?: string;
}

/** The tabs, in order. */
export const adminTabs: readonly AdminTab[] = [
  {
    query: `# Sign in as an admin in the GraphiQL of the public port,
# and copy the accessToken.
# Put it in place of ACCESS_TOKEN under Headers, below.
# Then reload the schema with the round arrows at the lower left.
# All tabs are signed in until you close the page.
query Settings {
  settings { name value default doc }
}`,
  },
  {
    query: `mutation SetSettings($input: SetSettingsInput!) {
  setSettings(input: $input) {
    version { version at changes { name before after } }
    errors { code message field }
  }
}`,
    variables: '{ "input": { "settings": [{ "name": "maxPins", "value": "60" }], "note": "why" } }',
  },
  {
    query: `query History {
  settingsVersions(first: 20) {
    edges { node { version at by { handle } note rolledBackTo changes { name before after } } }
  }
}`,
  },
  {
    query: `query Nodes {
  nodes { id name address version state startedAt load { sockets eventsPerSecond loopDelayMs } }
}`,
  },
  {
    query: `# connections(userId: …) and disconnectUser take the id from the response.
query Find($handle: String!) {
  user(handle: $handle) { id handle displayName }
}`,
    variables: '{ "handle": "" }',
  },
  {
    query: `mutation Suspend($input: SuspendUserInput!) {
  suspendUser(input: $input) {
    user { handle state suspension { reason until } }
    errors { code message field }
  }
}`,
    variables: '{ "input": { "userId": "", "reason": "The user is shown this reason." } }',
  },
  {
    query: `# The id is the one in the public schema. To change the group: setGroupOwner, removeFromGroup, dissolveGroup.
query Group($id: ID!) {
  group(id: $id) {
    name description memberCount dissolvedAt owner { handle }
    members(first: 20) { edges { node { user { id handle } role joinedAt mutedUntil } } }
  }
}`,
    variables: '{ "id": "" }',
  },
  {
    query: `query Audit {
  auditLog(first: 20) {
    edges { node { at actorName origin action target outcome code arguments before after } }
  }
}`,
  },
  {
    query: `query Connections($userId: ID!) {
  connections(userId: $userId) { deviceName deviceKind node { name } since idle }
}`,
    variables: '{ "userId": "" }',
  },
  {
    query: `# Reports that wait for a decision. Decide with resolveReport(input: { itemId: …, action: DISMISS }).
query Queue {
  moderationQueue(first: 20) {
    edges {
      node { id kind textThen user { handle } reporters reasons { reason count } message { text } context { sender { handle } text } }
    }
  }
}`,
  },
  {
    query: `mutation SetBlockedWords($input: SetBlockedWordsInput!) {
  setBlockedWords(input: $input) {
    list { name action wordCount enabled wholeWords }
    errors { code message field }
  }
}`,
    variables: '{ "input": { "name": "list", "action": "MASK", "words": ["badger"] } }',
  },
];
