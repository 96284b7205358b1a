import type { ReactNode } from 'react';
import { lastWords, nameOf } from '../chat/words.ts';
import type { QuotedFragment } from '../generated/graphql.ts';
import { addressOf } from './use-page.ts';

/** The quoted message in one line, with a link to it. */
export function Quote({ message, conversationId }: { readonly message: QuotedFragment; readonly conversationId: string }): ReactNode {
  return (
    <a className="quote" href={addressOf(conversationId, message.seq)}>
      <strong>{nameOf(message.sender)}</strong> {lastWords(message)}
    </a>
  );
}
