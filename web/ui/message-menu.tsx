import type { ReactNode } from 'react';
import type { Said } from '../chat/state.ts';
import type { Act } from './use-act.ts';
import { useChat } from './use-chat.ts';

// The usual ones. The server accepts any emoji.
const offered = ['👍', '❤️', '😂', '🎉'];

interface MessageMenuProps {
  readonly message: Said;
  readonly mine: boolean;
  readonly act: Act['act'];
  readonly onEdit: () => void;
  /** Further items, which depend on where the message is shown. */
  readonly children: ReactNode;
}

/** The actions on a message. */
export function MessageMenu({ message, mine, act, onEdit, children }: MessageMenuProps): ReactNode {
  const { acts } = useChat();
  return (
    // Of the menus with the same `name`, the browser keeps at most one open.
    <details className="menu" name="message">
      <summary aria-label="Message actions">⋯</summary>
      <div>
        {offered.map((emoji) => (
          <Choice key={emoji} onPick={() => void act(() => acts.react(message, emoji))}>
            {emoji}
          </Choice>
        ))}
        {children}
        {mine && <Choice onPick={onEdit}>Edit</Choice>}
        {mine && message.poll?.closedAt === null && <Choice onPick={() => void act(() => acts.closePoll(message))}>Close poll</Choice>}
        {mine && <Choice onPick={() => void act(() => acts.recall(message))}>Delete for everyone</Choice>}
      </div>
    </details>
  );
}

/** A menu item. Choosing it closes the menu. */
export function Choice({ onPick, children }: { readonly onPick: () => void; readonly children: ReactNode }): ReactNode {
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
