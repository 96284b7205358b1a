import { type ReactNode, useEffect, useState } from 'react';
import type { Ask } from '../api/ask.ts';
import { lastWords, nameOf, titleOf } from '../chat/words.ts';
import { SaidDocument, type SaidQuery } from '../generated/graphql.ts';
import { SearchBox } from './search-box.tsx';
import { shortTime } from './times.ts';
import { useChat } from './use-chat.ts';
import { addressOf } from './use-page.ts';
import { usePaused } from './use-paused.ts';

type Found = SaidQuery['messages']['edges'][number]['node'];

/** The results of a search so far. */
interface Finding {
  readonly search: string;
  readonly messages: readonly Found[];
  /** The cursor to continue from, or null at the end. A search can have more to look through although nothing was found yet. */
  readonly after: string | null;
  /** Whether the next page could not be read. */
  readonly failed: boolean;
}

/** The results with the next page appended. */
async function readPage(ask: Ask, finding: Finding): Promise<Finding> {
  const { search, messages, after } = finding;
  try {
    const { edges, pageInfo } = (await ask(SaidDocument, { search, after })).messages;
    return {
      search,
      messages: [...messages, ...edges.map(({ node }) => node)],
      after: pageInfo.hasNextPage ? pageInfo.endCursor : null,
      failed: false,
    };
  } catch {
    return { ...finding, failed: true };
  }
}

/** Searches messages by the beginnings of words. */
export function MessageSearch(): ReactNode {
  const chat = useChat();
  const [text, setText] = useState('');
  const search = usePaused(text);
  const [finding, setFinding] = useState<Finding | null>(null);

  useEffect(() => {
    if (search.trim() === '') return setFinding(null);
    let left = false;
    void readPage(chat.ask, { search, messages: [], after: null, failed: false }).then((read) => left || setFinding(read));
    return () => {
      left = true;
    };
  }, [chat, search]);

  async function readMore(begun: Finding): Promise<void> {
    const next = await readPage(chat.ask, begun);
    // The user may have changed the search meanwhile.
    setFinding((now) => (now === begun ? next : now));
  }

  return (
    <SearchBox label="Search messages" value={text} onChange={setText}>
      {finding !== null && (
        <ul aria-label="Found messages">
          {finding.messages.map((message) => (
            <Hit key={message.id} message={message} onPick={() => setText('')} />
          ))}
          {finding.failed && (
            <li className="fault" role="alert">
              Something went wrong. Try again in a moment.
            </li>
          )}
          {finding.messages.length === 0 && !finding.failed && (
            <li className="quiet">Nothing found{finding.after === null ? '' : ' so far'}</li>
          )}
          {finding.after !== null && (
            <li>
              <button type="button" className="plain" onClick={() => void readMore(finding)}>
                Search further back
              </button>
            </li>
          )}
        </ul>
      )}
    </SearchBox>
  );
}

function Hit({ message, onPick }: { readonly message: Found; readonly onPick: () => void }): ReactNode {
  return (
    <li>
      <a href={addressOf(message.conversation.id, message.seq)} onClick={onPick}>
        <span className="title">{titleOf(message.conversation)}</span>
        <time className="quiet" dateTime={message.sentAt}>
          {shortTime(message.sentAt)}
        </time>
        <span className="last">
          {nameOf(message.sender)}: {lastWords(message)}
        </span>
      </a>
    </li>
  );
}
