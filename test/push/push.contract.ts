import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import type { Db } from '../../src/db/index.ts';
import { groupOf, person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';

/** What push promises, on any database. */
export function promisesOfPush(open: () => Promise<Db>): void {
  let db: Db;
  let world: PushWorld;
  beforeAll(async () => {
    db = await open();
    world = await pushWorld(db);
  });
  afterEach(() => world.service.answer(null));
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Ann, who says things, and Ben, who is away with a browser, in a group. */
  async function scene() {
    const { chat } = world;
    const [ann, ben] = [await person(chat, 'ann'), await world.subscriber()];
    const group = await groupOf(chat, ann, ben);
    // What was before is nobody's news.
    await world.push();
    return { chat, ann, ben, group, got: ben.browser.received };
  }

  describe('whoever is away', () => {
    it('is told of a message by the push service, encrypted for them alone and signed by this server', async () => {
      const { chat, ann, ben, group, got } = await scene();
      const seq = await say(chat, ann, group, 'Are you there?');
      await world.push();
      expect(got).toHaveLength(1);
      expect(got[0]).toMatchObject({
        payload: {
          ...{ type: 'MESSAGE', title: 'The group', body: 'Are you there?', sender: expect.stringMatching(/^ann/), count: 1, badge: 1 },
          ...{ conversationId: formatId('Conversation', group), messageId: formatId('Message', { conversationId: group, seq }) },
          ...{ mentioned: false, at: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
        ...{ ttl: 86_400, urgency: 'normal', topic: expect.stringMatching(/^[\w-]{32}$/), signedBy: chat.push.vapidPublicKey },
        vapid: { sub: 'mailto:push@mpim.invalid', aud: `https://${world.service.host}` },
      });
      expect(await db.client.pushDelivery.count({ where: { userId: ben.userId } })).toBe(0);
    });
  });
}
