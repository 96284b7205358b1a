import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Chat } from '../chat/chat.ts';
import type { State } from '../chat/state.ts';

/** The chat of who is signed in, for all that stands within. */
export const ChatContext = createContext<Chat | null>(null);

/** The chat. Throws where nobody is signed in. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === null) throw new Error('stands outside of ChatContext');
  return chat;
}

/** What `select` takes of the state, which must be something that is in there: shown anew when it changes. */
export function useChatState<S>(select: (state: State) => S): S {
  const { state } = useChat();
  return useSyncExternalStore(state.subscribe, () => select(state.get()));
}
