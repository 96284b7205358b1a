import { setTimeout as delay } from 'node:timers/promises';
import { AskDocument, ClosePollDocument, PollOfDocument, VotePollDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Outcome } from './attempt.ts';
import { call } from './call.ts';
import type { Actor, Hall } from './cast.ts';

const optionCount = 3;
const [leastPauseMs, pauseSpreadMs] = [300, 1_500];
const [leastOpenMs, openSpreadMs] = [1_000, 4_000];
// The share of votes that are cast on two devices at once, on any nodes. They count as one.
const twoAtOnce = 1 / 4;
// The other polls are closed by their closing time.
const closedByHand = 1 / 2;
const lookMs = 200;

/** A poll, as its author's answer describes it. */
interface Asked {
  readonly id: string;
  readonly seq: number;
  readonly options: readonly string[];
  readonly multiple: boolean;
}

/**
 * Runs polls in a group, one after another: `by` sends the poll, and all `voters` vote until it is closed. Resolves once the last poll is
 * closed. In this group, nothing may refuse a vote except that the poll is closed.
 */
export async function holdBallots(
  { random, history, going, settle }: ActParts,
  { id: stream }: Hall,
  by: Actor,
  voters: readonly Actor[],
): Promise<void> {
  let asked = 0;

  /** Returns undefined if the closing time was over before the poll was stored, or if the run stopped waiting. */
  async function ask(openMs: number, isTimed: boolean): Promise<Asked | undefined> {
    asked += 1;
    const [multiple, anonymous] = [random() < 1 / 2, random() < 1 / 3];
    const key = `${by.name}-poll-${asked}`;
    const text = `${key} asks something`;
    const closesAt = isTimed ? new Date(Date.now() + openMs).toISOString() : null;
    const options = Array.from({ length: optionCount }, (_, place) => `option ${place}`);
    const input = { conversationId: stream, clientMessageId: key, text, poll: { options, multiple, anonymous, closesAt } };
    let found: Asked | undefined;
    await settle(async ({ number: node, node: { url } }, began) => {
      const called = await call({ url, token: by.tokens[0] }, AskDocument, { input }, ({ sendMessage }) => sendMessage.errors);
      const { outcome, code, data } = called;
      const message = data?.sendMessage.messageEdge?.node;
      if (message) found = { id: message.id, seq: message.seq, options: message.poll?.options.map(({ id }) => id) ?? [], multiple };
      history.note({ what: 'send', by: by.id, stream, key, text, began, node, outcome, code, seq: message?.seq });
      return called;
    });
    return found;
  }

  function chooseOf({ multiple }: Asked): readonly number[] {
    const wanted = Array.from({ length: optionCount }, (_, place) => place).filter(() => random() < 1 / 2);
    return multiple ? wanted : wanted.slice(0, 1);
  }

  function vote({ id: messageId, seq, options }: Asked, voter: Actor, places: readonly number[], device: 0 | 1): Promise<Outcome> {
    const input = { messageId, optionIds: places.map((place) => options[place] ?? '') };
    return settle(async ({ number: node, node: { url } }, began) => {
      const called = await call({ url, token: voter.tokens[device] }, VotePollDocument, { input }, (data) => data.votePoll.errors);
      const { outcome, code } = called;
      history.note({ what: 'vote', by: voter.id, stream, seq, choices: places.join(' '), began, node, outcome, code });
      return called;
    });
  }

  /** Votes until a vote is refused. */
  async function voteOn(poll: Asked, voter: Actor, isOpen: () => boolean): Promise<void> {
    while (isOpen()) {
      await delay(leastPauseMs + pauseSpreadMs * random());
      const places = chooseOf(poll);
      const devices = random() < twoAtOnce ? ([0, 1] as const) : ([0] as const);
      const outcomes = await Promise.all(devices.map((device) => vote(poll, voter, places, device)));
      if (outcomes.some((outcome) => outcome !== 'acknowledged')) return;
    }
  }

  async function close({ id: messageId, seq }: Asked): Promise<void> {
    await settle(async ({ number: node, node: { url } }, began) => {
      const called = await call({ url, token: by.tokens[0] }, ClosePollDocument, { input: { messageId } }, (data) => data.closePoll.errors);
      const { outcome, code } = called;
      history.note({ what: 'closing', by: by.id, stream, seq, began, node, outcome, code });
      return called;
    });
  }

  /** Also false if the run stopped waiting for the answer. */
  async function isOpenStill({ id }: Asked): Promise<boolean> {
    let open = false;
    await settle(async ({ node: { url } }) => {
      const called = await call({ url, token: by.tokens[0] }, PollOfDocument, { id });
      const node = called.data?.node;
      open = node?.__typename === 'Message' && node.poll?.closedAt === null;
      return called;
    });
    return open;
  }

  while (going()) {
    const [openMs, isTimed] = [leastOpenMs + openSpreadMs * random(), random() >= closedByHand];
    const poll = await ask(openMs, isTimed);
    if (poll === undefined) continue;
    let open = true;
    const voting = Promise.all(voters.map((voter) => voteOn(poll, voter, () => open)));
    await delay(openMs);
    if (isTimed) while (await isOpenStill(poll)) await delay(lookMs);
    else await close(poll);
    open = false;
    await voting;
  }
}
