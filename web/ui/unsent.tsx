import type { ReactNode } from 'react';
import type { SendMessageInput } from '../generated/graphql.ts';
import { useChat, useChatState } from './use-chat.ts';

interface UnsentProps {
  readonly conversationId: string;
  /** Only what is said in the thread of this message. */
  readonly threadOf?: string;
  /** What is shown as said: its event may come before the answer. */
  readonly there: readonly { readonly clientMessageId: string | null }[];
}

/** What the viewer has said here and the server has not stored, or not yet. */
export function Unsent({ conversationId, threadOf, there }: UnsentProps): ReactNode {
  const chat = useChat();
  const isHere = (one: Pick<SendMessageInput, 'conversationId' | 'threadRootId'>) =>
    one.conversationId === conversationId && (threadOf === undefined || one.threadRootId === threadOf);
  const waiting = useChatState((state) => state.waiting).filter(isHere);
  const refused = useChatState((state) => state.refused).filter(({ draft }) => isHere(draft));
  const shown = waiting.length === 0 ? null : new Set(there.map(({ clientMessageId }) => clientMessageId));
  return (
    <>
      {waiting.map(
        ({ clientMessageId, ...said }) =>
          shown?.has(clientMessageId) !== true && (
            <article key={clientMessageId} className="bubble mine waiting" aria-label="You, not sent yet">
              <div className="words">
                <p className="text">{wordsOf(said)}</p>
                <span className="meta">not sent yet</span>
              </div>
            </article>
          ),
      )}
      {refused.map((one) => (
        <article key={one.id} className="bubble mine refused" aria-label="You, not sent">
          <div className="words">
            <p className="text">{wordsOf(one.draft)}</p>
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

/** What somebody would have to write anew: the choices of a poll, too. */
function wordsOf({ text, poll }: Pick<SendMessageInput, 'text' | 'poll'>): string {
  return [text, ...(poll?.options ?? [])].join('\n');
}
