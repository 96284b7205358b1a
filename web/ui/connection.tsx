import type { ReactNode } from 'react';
import { useChatState } from './use-chat.ts';

/** Tells the user that the page is not connected. It appears after a delay (connection.css), as most losses are short. */
export function Connection(): ReactNode {
  const status = useChatState((state) => state.status);
  return (
    <div role="status">
      {(status.state === 'waiting' || status.state === 'connecting') && (
        <p className="connection">No connection. Your messages are sent as soon as it is back.</p>
      )}
      {status.state === 'ended' && status.end.reason === 'refused' && (
        <p className="connection">The server has ended this: {status.end.failure.message} Reload the page to come back.</p>
      )}
    </div>
  );
}
