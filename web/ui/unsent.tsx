import type { ReactNode } from 'react';
import type { SendMessageInput } from '../generated/graphql.ts';
import { useChat, useChatState } from './use-chat.ts';

interface UnsentProps {
  readonly conversationId: string;
  /** Only messages of the thread with this root. */
  readonly threadOf?: string;
  /** The messages that are shown already: the event of a message can arrive before the answer. */
  readonly there: readonly { readonly clientMessageId: string | null }[];
}

/** Messages of the viewer that are not stored yet, and those that were refused. */
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
        ({ clientMessageId, why, ...said }) =>
          shown?.has(clientMessageId) !== true && (
            <article key={clientMessageId} className="bubble mine waiting" aria-label="You, not sent yet">
              <div className="words">
                <p className="text">{wordsOf(said)}</p>
                <span className="meta">
                  not sent yet
                  {why !== null && (
                    <>
                      : {why}{' '}
                      <button type="button" className="plain" onClick={() => chat.discard(clientMessageId)}>
                        Discard
                      </button>
                    </>
                  )}
                </span>
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

/** Everything that the user would otherwise have to type again, including the options of a poll. */
function wordsOf({ text, poll }: Pick<SendMessageInput, 'text' | 'poll'>): string {
  return [text, ...(poll?.options ?? [])].join('\n');
}
