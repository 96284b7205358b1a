import type { Ask } from '../api/ask.ts';
import { VotePollDocument } from '../generated/graphql.ts';
import type { Store } from '../store.ts';
import { createInTurn } from './in-turn.ts';
import { type Said, type State, saidIn } from './state.ts';

/** Chooses an option of what a message asks, or not any more; in place of another, where one chooses one. Answers why not. */
export type Choose = (message: Said, optionId: string) => Promise<string | null>;

/** What a vote has left, until it is shown: its event may come long after its answer. */
interface Left {
  readonly optionIds: readonly string[];
  readonly conversationId: string;
  /** Of a conversation that is shown up to there the vote is, too. */
  readonly lastSeq: number;
}

/** Makes it. A vote is all that one has chosen, so of two quick picks the second has to know what the first has left: they go out one after the other. */
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

/** What the viewer has chosen of what a message asks, as it is shown. */
export function chosenOf({ viewerPoll }: Said): readonly string[] {
  return viewerPoll?.options.flatMap(({ id, viewerHasVoted }) => (viewerHasVoted ? id : [])) ?? [];
}

function chosenAfter({ poll }: Said, own: readonly string[], optionId: string): readonly string[] {
  if (own.includes(optionId)) return own.filter((id) => id !== optionId);
  return poll?.multiple ? [...own, optionId] : [optionId];
}
