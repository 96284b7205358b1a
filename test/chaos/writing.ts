import { setTimeout as delay } from 'node:timers/promises';
import { RemoveDraftDocument, SaveDraftDocument, SendMessageDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Drafting } from './attempt.ts';
import { type Called, call } from './call.ts';
import type { Actor, Hall } from './cast.ts';
import type { Post } from './stage.ts';

const [leastPauseMs, pauseSpreadMs] = [300, 1_500];
// The other drafts are removed, or sent.
const savedShare = 2 / 3;
// The share of acts on both devices at once, so that the draft written last may arrive first.
const twoAtOnce = 1 / 3;

/** Makes a user write, change, remove and send drafts on both devices, in a group that refuses none of it. */
export async function writeOn({ random, history, going, settle }: ActParts, { id: stream }: Hall, by: Actor): Promise<void> {
  let written = 0;
  let writtenAt = Date.now();

  /** Returns the next draft. Its time is at least 1 ms after all before it. */
  function next(): { readonly text: string; readonly at: number } {
    written += 1;
    writtenAt = Math.max(writtenAt + 1, Date.now());
    return { text: `${by.name}-draft-${written}`, at: writtenAt };
  }

  async function act(kind: Drafting['kind'], device: 0 | 1): Promise<void> {
    const { text, at } = next();
    const key = text;
    await settle(async (post, began) => {
      const { called, standsAt, seq } = await ask(post, { kind, device, text, at: new Date(at).toISOString() });
      const { outcome, code } = called;
      const attempt = { by: by.id, stream, text, began, node: post.number, outcome, code };
      history.note({ what: 'drafting', kind, ...attempt, writtenAt: at, standsAt });
      if (kind === 'sent') history.note({ what: 'send', ...attempt, key, seq });
      return called;
    });
  }

  interface Wanted {
    readonly kind: Drafting['kind'];
    readonly device: 0 | 1;
    readonly text: string;
    readonly at: string;
  }

  async function ask(
    { node: { url } }: Post,
    { kind, device, text, at }: Wanted,
  ): Promise<{ readonly called: Called<unknown>; readonly standsAt?: number | undefined; readonly seq?: number | undefined }> {
    const asking = { url, token: by.tokens[device] };
    if (kind === 'saved') {
      const input = { conversationId: stream, text, writtenAt: at };
      const called = await call(asking, SaveDraftDocument, { input }, (data) => data.saveDraft.errors);
      return { called, standsAt: momentOf(called.data?.saveDraft.writtenAt) };
    }
    if (kind === 'removed') {
      const input = { conversationId: stream, writtenAt: at };
      const called = await call(asking, RemoveDraftDocument, { input }, (data) => data.removeDraft.errors);
      return { called, standsAt: momentOf(called.data?.removeDraft.writtenAt) };
    }
    const input = { conversationId: stream, clientMessageId: text, text, draftWrittenAt: at };
    const called = await call(asking, SendMessageDocument, { input }, (data) => data.sendMessage.errors);
    return { called, seq: called.data?.sendMessage.messageEdge?.node.seq };
  }

  while (going()) {
    await delay(leastPauseMs + pauseSpreadMs * random());
    const kind = random() < savedShare ? 'saved' : random() < 1 / 2 ? 'removed' : 'sent';
    await Promise.all(random() < twoAtOnce ? [act('saved', 0), act(kind, 1)] : [act(kind, 0)]);
  }
}

function momentOf(text: string | null | undefined): number | undefined {
  return text ? Date.parse(text) : undefined;
}
