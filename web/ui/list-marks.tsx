import type { ReactNode } from 'react';
import type { Conversation } from '../chat/state.ts';
import { isArchived, isPinned } from '../chat/words.ts';
import { useAct } from './use-act.ts';
import { useChat } from './use-chat.ts';

/** Pins a conversation to the top of the list, or archives it. */
export function ListMarks({ conversation }: { readonly conversation: Conversation }): ReactNode {
  const chat = useChat();
  const { fault, act } = useAct();
  const [pinned, archived] = [isPinned(conversation), isArchived(conversation)];

  function mark(marks: { readonly pinned?: boolean; readonly archived?: boolean }): void {
    void act(() => chat.mark(conversation.id, marks));
  }

  return (
    <>
      <span className="fault" role="alert">
        {fault}
      </span>
      <button type="button" className="plain" onClick={() => mark({ pinned: !pinned })}>
        {pinned ? 'Unpin' : 'Pin'}
      </button>
      <button type="button" className="plain" onClick={() => mark({ archived: !archived })}>
        {archived ? 'Unarchive' : 'Archive'}
      </button>
    </>
  );
}
