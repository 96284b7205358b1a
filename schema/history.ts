import type { Entry } from '../src/log/index.ts';
import type { Page } from '../src/page.ts';
import { builder } from './builder.ts';
import { type Connection, type Edge, emptyPage } from './connection.ts';
import { requireViewer } from './context.ts';
import { Conversation, viewerAccess } from './conversation.ts';
import { AccountEventConnection, accountEventEdge } from './account-event.ts';
import { ConversationEventConnection, conversationEventEdge } from './conversation-event.ts';
import { MessageConnection, messageEdge } from './message.ts';
import { historyPage, streamPage } from './page.ts';
import { Viewer } from './viewer.ts';

function connectionFrom<I, T>({ items, hasNextPage, hasPreviousPage }: Page<I>, edge: (item: I) => Edge<T>): Connection<T> {
  return { edges: items.map(edge), hasNextPage, hasPreviousPage };
}
