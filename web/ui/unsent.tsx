import type { ReactNode } from 'react';
import type { Entry } from '../chat/state.ts';
import { useChat, useChatState } from './use-chat.ts';

/** What the viewer has said here and the server has not stored, or not yet. */
export function Unsent({ conversationId, entries }: { readonly conversationId: string; readonly entries: readonly Entry[] }): ReactNode {
  const chat = useChat();
  const waiting = useChatState((state) => state.waiting).filter((one) => one.conversationId === conversationId);
  const refused = useChatState((state) => state.refused).filter(({ draft }) => draft.conversationId === conversationId);
  // Its event may come before the answer.
  const there =
    waiting.length === 0
      ? null
      : new Set(entries.map((entry) => (entry.__typename === 'MessageSent' ? entry.messageEdge?.node.clientMessageId : null)));
  return (
    <>
      {waiting.map(
        ({ clientMessageId, text }) =>
          there?.has(clientMessageId) !== true && (
            <article key={clientMessageId} className="bubble mine waiting" aria-label="You, not sent yet">
              <div className="words">
                <p className="text">{text}</p>
                <span className="meta">not sent yet</span>
              </div>
            </article>
          ),
      )}
      {refused.map((one) => (
        <article key={one.id} className="bubble mine refused" aria-label="You, not sent">
          <div className="words">
            <p className="text">{one.draft.text}</p>
            <span className="meta">
              Not sent: {one.why}{' '}
              <button type="button" className="plain" onClick={() => chat.dismiss(one)}>
                Dismiss
              </button>
            </span>
          </div>
        </article>
      ))}
    </>
  );
}
