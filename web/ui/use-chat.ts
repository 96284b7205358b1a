import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Chat } from '../chat/chat.ts';
import type { State } from '../chat/state.ts';

/** The chat of the signed-in user, for all components inside. */
export const ChatContext = createContext<Chat | null>(null);

/** The chat. Throws if nobody is signed in. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === null) throw new Error('stands outside of ChatContext');
  return chat;
}

/**
 * Selects a value of the state and renders again when it changes. `select` must return something that is part of the state, not a new
 * object.
 */
export function useChatState<S>(select: (state: State) => S): S {
  const { state } = useChat();
  return useSyncExternalStore(state.subscribe, () => select(state.get()));
}
