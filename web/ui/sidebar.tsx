import { type ReactNode, useState } from 'react';
import type { Conversation, Person } from '../chat/state.ts';
import { inOrder, isArchived } from '../chat/words.ts';
import { OpenDirectDocument } from '../generated/graphql.ts';
import { Avatar } from './avatar.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { GroupDirectory } from './group-directory.tsx';
import { MessageSearch } from './message-search.tsx';
import { NewGroup } from './new-group.tsx';
import { PeopleSearch } from './people-search.tsx';
import { useChat, useChatState } from './use-chat.ts';
import { addressOf } from './use-page.ts';

/** The sidebar: the signed-in user, the searches and the conversations. */
export function Sidebar({ opened, onSignOut }: { readonly opened: string | null; readonly onSignOut: () => void }): ReactNode {
  const chat = useChat();
  const me = useChatState((state) => state.me);
  const conversations = inOrder([...useChatState((state) => state.conversations).values()]);
  const archived = conversations.filter(isArchived);
  const further = useChatState((state) => state.further);
  const [dialog, setDialog] = useState<'making' | 'finding' | null>(null);
  const [fault, setFault] = useState('');

  async function talkTo({ id }: Person): Promise<void> {
    try {
      const { openDirectConversation: done } = await chat.ask(OpenDirectDocument, { input: { userId: id } });
      setFault(done.errors[0]?.message ?? '');
      if (done.conversationEdge === null) return;
      chat.add(done.conversationEdge.node);
      location.hash = addressOf(done.conversationEdge.node.id);
    } catch {
      setFault('Something went wrong. Try again in a moment.');
    }
  }

  return (
    <aside className="sidebar">
      <header>
        <Avatar name={me.displayName} id={me.id} />
        <span className="who">
          <strong>{me.displayName}</strong>
          <span className="quiet">@{me.handle}</span>
        </span>
        <button type="button" className="plain" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <div className="find">
        <PeopleSearch label="Find people" onPick={(person) => void talkTo(person)} />
        <button type="button" onClick={() => setDialog('making')}>
          New group
        </button>
      </div>
      <MessageSearch />
      <p className="fault" role="alert">
        {fault}
      </p>
      <nav aria-label="Conversations">
        <Rows conversations={conversations.filter((conversation) => !isArchived(conversation))} opened={opened} />
        {further !== null && (
          <button type="button" onClick={() => void chat.readFurther()}>
            Show more
          </button>
        )}
        {archived.length > 0 && (
          <details>
            <summary>Archived: {archived.length}</summary>
            <Rows conversations={archived} opened={opened} />
          </details>
        )}
        {conversations.length === 0 && <p className="quiet">No conversations yet. Find people by name or handle.</p>}
      </nav>
      <button type="button" className="plain" onClick={() => setDialog('finding')}>
        Find groups
      </button>
      {dialog === 'making' && <NewGroup onClose={() => setDialog(null)} />}
      {dialog === 'finding' && <GroupDirectory onClose={() => setDialog(null)} />}
    </aside>
  );
}

function Rows({ conversations, opened }: { readonly conversations: readonly Conversation[]; readonly opened: string | null }): ReactNode {
  return (
    <ul>
      {conversations.map((conversation) => (
        <ConversationRow key={conversation.id} conversation={conversation} current={conversation.id === opened} />
      ))}
    </ul>
  );
}
