import { setTimeout as delay } from 'node:timers/promises';
import { SaveMessageDocument, UnsaveMessageDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import { call } from './call.ts';
import type { Actor, Hall } from './cast.ts';
import type { Device } from './device.ts';

const [leastPauseMs, pauseSpreadMs] = [300, 1_500];
const savedShare = 2 / 3;

/** Makes a user save recent messages, change their notes and unsave them, in a group that refuses none of it. */
export async function saveSome(
  { random, history, going, settle }: ActParts,
  { id: stream }: Hall,
  by: Actor,
  device: Device,
): Promise<void> {
  let saved = 0;
  while (going()) {
    await delay(leastPauseMs + pauseSpreadMs * random());
    const recent = device.recent(stream);
    const message = recent[Math.floor(random() * recent.length)];
    if (message === undefined) continue;
    const { id: messageId, seq } = message;
    saved += 1;
    const note = random() < savedShare ? `${by.name} notes ${saved}` : '';
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: by.tokens[0] };
      const called =
        note === ''
          ? await call(asking, UnsaveMessageDocument, { input: { messageId } }, (data) => data.unsaveMessage.errors)
          : await call(asking, SaveMessageDocument, { input: { messageId, note } }, (data) => data.saveMessage.errors);
      const { outcome, code } = called;
      history.note({ what: 'saving', by: by.id, stream, seq, note, began, node, outcome, code });
      return called;
    });
  }
}
