import type { ReactNode } from 'react';
import type { Said } from '../chat/state.ts';
import { chosenOf } from '../chat/votes.ts';
import { pollWords } from '../chat/words.ts';
import type { Act } from './use-act.ts';
import { useChat } from './use-chat.ts';

interface PollProps {
  readonly message: Said;
  readonly act: Act['act'];
}

/** The poll of a message with its votes, or nothing if it has none. */
export function Poll({ message, act }: PollProps): ReactNode {
  const { acts } = useChat();
  const { poll } = message;
  if (poll === null) return null;
  const own = chosenOf(message);
  return (
    <div className="poll">
      <ul aria-label="Options">
        {poll.options.map(({ id, text, voteCount }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={own.includes(id)}
              disabled={poll.closedAt !== null}
              onClick={() => void act(() => acts.choose(message, id))}
            >
              <span>{text}</span> <span className="count">{voteCount}</span>
              <progress aria-hidden="true" max={Math.max(1, poll.voterCount)} value={voteCount} />
            </button>
          </li>
        ))}
      </ul>
      <p>{pollWords(poll)}</p>
    </div>
  );
}
