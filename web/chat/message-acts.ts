import type { Ask } from '../api/ask.ts';
import {
  AddReactionDocument,
  ClosePollDocument,
  EditMessageDocument,
  RecallMessageDocument,
  RemoveReactionDocument,
  VotePollDocument,
} from '../generated/graphql.ts';
import type { Said } from './state.ts';

/** What can be done to a message. Each answers why not, where the server would not, and throws where it cannot be asked; that it was done is shown by its event. */
export interface MessageActs {
  /** Has it say something else. */
  edit(message: Said, text: string): Promise<string | null>;
  /** Takes it back, for everyone. */
  recall(message: Said): Promise<string | null>;
  /** Puts an emoji on it, or takes off the viewer’s own. */
  react(message: Said, emoji: string): Promise<string | null>;
  /** Chooses an option of what it asks, or not any more; in place of another, where one chooses one. */
  choose(message: Said, optionId: string): Promise<string | null>;
  /** Lets nobody choose any more. */
  closePoll(message: Said): Promise<string | null>;
}

/** Makes them. */
export function createMessageActs(ask: Ask): MessageActs {
  return {
    edit: async ({ id: messageId }, text) => whyNot((await ask(EditMessageDocument, { input: { messageId, text } })).editMessage),
    recall: async ({ id: messageId }) => whyNot((await ask(RecallMessageDocument, { input: { messageId } })).recallMessage),
    async react({ id: messageId, viewerReactions }, emoji) {
      const input = { messageId, emoji };
      return viewerReactions.includes(emoji)
        ? whyNot((await ask(RemoveReactionDocument, { input })).removeReaction)
        : whyNot((await ask(AddReactionDocument, { input })).addReaction);
    },
    choose: async (message, optionId) =>
      whyNot((await ask(VotePollDocument, { input: { messageId: message.id, optionIds: chosenAfter(message, optionId) } })).votePoll),
    closePoll: async ({ id: messageId }) => whyNot((await ask(ClosePollDocument, { input: { messageId } })).closePoll),
  };
}

/** All that the viewer has chosen once they have picked this. */
function chosenAfter({ poll, viewerPoll }: Said, optionId: string): readonly string[] {
  const own = viewerPoll?.options.flatMap(({ id, viewerHasVoted }) => (viewerHasVoted ? id : [])) ?? [];
  if (own.includes(optionId)) return own.filter((id) => id !== optionId);
  return poll?.multiple ? [...own, optionId] : [optionId];
}

function whyNot({ errors }: { readonly errors: readonly { readonly message: string }[] }): string | null {
  return errors[0]?.message ?? null;
}
