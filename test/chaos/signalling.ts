import { setTimeout as delay } from 'node:timers/promises';
import { SendSignalDocument } from '../support/generated/graphql.ts';
import { call } from './call.ts';
import type { Actor } from './cast.ts';
import type { History } from './history.ts';
import type { Post } from './stage.ts';

const [leastPauseMs, pauseSpreadMs] = [300, 1_500];

/** The parts of the activity that sends signals. */
export interface SignalParts {
  readonly random: () => number;
  readonly history: History;
  readonly going: () => boolean;
  readonly anyPost: () => Post;
  readonly anyPlace: (actor: Actor) => { readonly id: string };
}

/** Makes a user send signals in all their conversations. Each is sent once, without retries. */
export async function signalOn({ random, history, going, anyPost, anyPlace }: SignalParts, by: Actor): Promise<void> {
  let told = 0;
  while (going()) {
    await delay(leastPauseMs + pauseSpreadMs * random());
    told += 1;
    const name = `${by.name}-${told}`;
    const { id: stream } = anyPlace(by);
    const { number: node, node: post } = anyPost();
    const began = history.now();
    const asking = { url: post.url, token: by.tokens[0] };
    const input = { conversationId: stream, name };
    const { outcome, code } = await call(asking, SendSignalDocument, { input }, ({ sendSignal }) => sendSignal.errors);
    history.note({ what: 'signal', by: by.id, stream, name, began, node, outcome, code });
  }
}
