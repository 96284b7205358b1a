import type { ReactNode } from 'react';
import type { Conversation } from '../chat/state.ts';
import { reachOf } from '../chat/words.ts';

/** The state of a message of the viewer: one tick if sent, two if delivered, two in colour if read. */
export function Receipt({ conversation, seq }: { readonly conversation: Conversation; readonly seq: number }): ReactNode {
  const reach = reachOf(conversation, seq);
  if (reach === null) return null;
  return (
    <svg className={`receipt ${reach}`} viewBox="0 0 20 12" role="img" aria-label={reach}>
      <title>{reach}</title>
      <path d="M1.5 6.5 5 10 12.5 2" />
      {reach !== 'sent' && <path d="M9.5 9.2 10.3 10 18 2" />}
    </svg>
  );
}
