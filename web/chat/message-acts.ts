import type { Ask } from '../api/ask.ts';
import {
  AddReactionDocument,
  ClosePollDocument,
  EditMessageDocument,
  RecallMessageDocument,
  RemoveReactionDocument,
} from '../generated/graphql.ts';
import type { Store } from '../store.ts';
import type { Said, State } from './state.ts';
import { type Choose, createChoose } from './votes.ts';

/** The actions on a message. Each returns the refusal or null, and throws if the server cannot be reached. The event shows the result. */
export interface MessageActs {
  /** Replaces its text. */
  edit(message: Said, text: string): Promise<string | null>;
  /** Recalls it: deletes it for everyone. */
  recall(message: Said): Promise<string | null>;
  /** Adds a reaction, or removes the viewer’s own. */
  react(message: Said, emoji: string): Promise<string | null>;
  readonly choose: Choose;
  /** Closes its poll. */
  closePoll(message: Said): Promise<string | null>;
}

/** Creates them. */
export function createMessageActs(ask: Ask, state: Pick<Store<State>, 'get'>): MessageActs {
  return {
    edit: async ({ id: messageId }, text) => whyNot((await ask(EditMessageDocument, { input: { messageId, text } })).editMessage),
    recall: async ({ id: messageId }) => whyNot((await ask(RecallMessageDocument, { input: { messageId } })).recallMessage),
    async react({ id: messageId, viewerReactions }, emoji) {
      const input = { messageId, emoji };
      return viewerReactions.includes(emoji)
        ? whyNot((await ask(RemoveReactionDocument, { input })).removeReaction)
        : whyNot((await ask(AddReactionDocument, { input })).addReaction);
    },
    choose: createChoose(ask, state),
    closePoll: async ({ id: messageId }) => whyNot((await ask(ClosePollDocument, { input: { messageId } })).closePoll),
  };
}

function whyNot({ errors }: { readonly errors: readonly { readonly message: string }[] }): string | null {
  return errors[0]?.message ?? null;
}
