import { type ReactNode, useState } from 'react';
import type { Conversation } from '../chat/state.ts';
import { isArchived, isPinned } from '../chat/words.ts';
import { useChat } from './use-chat.ts';

/** Keeps a conversation at the top of the list, or puts it away. */
export function ListMarks({ conversation }: { readonly conversation: Conversation }): ReactNode {
  const chat = useChat();
  const [fault, setFault] = useState('');
  const [pinned, archived] = [isPinned(conversation), isArchived(conversation)];

  async function mark(marks: { readonly pinned?: boolean; readonly archived?: boolean }): Promise<void> {
    try {
      setFault((await chat.mark(conversation.id, marks)) ?? '');
    } catch {
      setFault('That did not work. Try again in a moment.');
    }
  }

  return (
    <>
      <span className="fault" role="alert">
        {fault}
      </span>
      <button type="button" className="plain" onClick={() => void mark({ pinned: !pinned })}>
        {pinned ? 'Unpin' : 'Pin'}
      </button>
      <button type="button" className="plain" onClick={() => void mark({ archived: !archived })}>
        {archived ? 'Bring back' : 'Archive'}
      </button>
    </>
  );
}
