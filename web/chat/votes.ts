import type { Ask } from '../api/ask.ts';
import { VotePollDocument } from '../generated/graphql.ts';
import type { Store } from '../store.ts';
import { createInTurn } from './in-turn.ts';
import { type Said, type State, saidIn } from './state.ts';

/** Toggles the viewer's vote for an option of a poll. In a single-choice poll it replaces the vote. Returns the refusal or null. */
export type Choose = (message: Said, optionId: string) => Promise<string | null>;

/** The result of a vote until its event is applied, which can be long after the answer. */
interface Left {
  readonly optionIds: readonly string[];
  readonly conversationId: string;
  /** Once the conversation is applied up to this seq, the vote is shown as well. */
  readonly lastSeq: number;
}

/**
 * Creates it. A vote sets all choices at once, so votes are sent one after another: the second of two quick picks must include the first.
 */
export function createChoose(ask: Ask, state: Pick<Store<State>, 'get'>): Choose {
  const inTurn = createInTurn();
  const lefts = new Map<string, Left>();

  function ownOf(message: Said): readonly string[] {
    const left = lefts.get(message.id);
    const shown = state.get();
    if (left !== undefined && left.lastSeq > (shown.conversations.get(left.conversationId)?.lastSeq ?? 0)) return left.optionIds;
    lefts.delete(message.id);
    return chosenOf(saidIn(shown, message.id) ?? message);
  }

  return (message, optionId) =>
    inTurn(async () => {
      const optionIds = chosenAfter(message, ownOf(message), optionId);
      const { votePoll: done } = await ask(VotePollDocument, { input: { messageId: message.id, optionIds } });
      const { conversation } = done.message ?? {};
      if (conversation) lefts.set(message.id, { optionIds, conversationId: conversation.id, lastSeq: conversation.lastSeq });
      return done.errors[0]?.message ?? null;
    });
}

/** The options that the viewer has chosen, as shown. */
export function chosenOf({ viewerPoll }: Said): readonly string[] {
  return viewerPoll?.options.flatMap(({ id, viewerHasVoted }) => (viewerHasVoted ? id : [])) ?? [];
}

function chosenAfter({ poll }: Said, own: readonly string[], optionId: string): readonly string[] {
  if (own.includes(optionId)) return own.filter((id) => id !== optionId);
  return poll?.multiple ? [...own, optionId] : [optionId];
}
