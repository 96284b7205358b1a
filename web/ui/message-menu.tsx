import type { ReactNode } from 'react';
import type { Said } from '../chat/state.ts';
import type { Act } from './use-act.ts';
import { useChat } from './use-chat.ts';

// What people reach for; the server takes any emoji.
const offered = ['👍', '❤️', '😂', '🎉'];

interface MessageMenuProps {
  readonly message: Said;
  readonly mine: boolean;
  readonly act: Act['act'];
  readonly onReply: () => void;
  readonly onEdit: () => void;
}

/** What can be done to a message. */
export function MessageMenu({ message, mine, act, onReply, onEdit }: MessageMenuProps): ReactNode {
  const { acts } = useChat();
  return (
    // Of one name at most one is open.
    <details className="menu" name="message">
      <summary aria-label="What to do with it">⋯</summary>
      <div>
        {offered.map((emoji) => (
          <Choice key={emoji} onPick={() => void act(() => acts.react(message, emoji))}>
            {emoji}
          </Choice>
        ))}
        <Choice onPick={onReply}>Reply</Choice>
        {mine && <Choice onPick={onEdit}>Edit</Choice>}
        {mine && <Choice onPick={() => void act(() => acts.recall(message))}>Take back</Choice>}
      </div>
    </details>
  );
}

function Choice({ onPick, children }: { readonly onPick: () => void; readonly children: ReactNode }): ReactNode {
  function pick({ currentTarget }: { readonly currentTarget: HTMLButtonElement }): void {
    const menu = currentTarget.closest('details');
    if (menu !== null) menu.open = false;
    onPick();
  }
  return (
    <button type="button" className="plain" onClick={pick}>
      {children}
    </button>
  );
}
