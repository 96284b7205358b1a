import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import { realStores } from '../support/stores.ts';

// Enough that sends and suspensions overlap many times, few enough for some seconds.
const rounds = 20;
const sendersOfEach = 4;

const open = new AsyncDisposableStack();
let nodes: readonly [Chat, Chat];
let sql: RawSql;
let [ann, ben]: readonly Viewer[] = [];

beforeAll(async () => {
  const stores = open.use(await realStores());
  nodes = [open.use(await chatOn(stores)), open.use(await chatOn(stores))];
  sql = open.use(await rawSql(stores));
  [ann, ben] = [await person(nodes[0]), await person(nodes[0])];
});
afterAll(() => open.disposeAsync());

it('of messages that race with the suspension of their sender, none is stored after its answer, on any node, and all acknowledged ones are', async () => {
  if (ann === undefined || ben === undefined) return expect.fail();
  const [sender, other] = [ann, ben];
  const group = await groupOf(nodes[0], sender, other);
  const { id: direct } = await nodes[0].groups.openDirect(sender, { userId: other.userId });
  let done = 0;
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    let over = false;
    const keys: string[] = [];
    /** Sends messages one after the other, until one that began after the answer. */
    async function talk(node: Chat, conversationId: bigint): Promise<void> {
      for (let last = false; !last; ) {
        last = over;
        const clientMessageId = randomUUID();
        try {
          await node.messages.send(sender, { conversationId, clientMessageId, text: 'hello' });
          // A send that began after the answer must not be stored.
          expect(last).toBe(false);
          keys.push(clientMessageId);
          done += 1;
        } catch (error) {
          if (!(error instanceof ChatError)) throw error;
          expect(error.code).toBe('SUSPENDED');
          refused += 1;
        }
      }
    }
    const talking = nodes.flatMap((node) => Array.from({ length: sendersOfEach }, (_, n) => talk(node, n % 2 === 0 ? group : direct)));
    const before = keys.length;
    await expect.poll(() => keys.length).toBeGreaterThan(before + 2);
    await nodes[round % 2 === 0 ? 0 : 1].administration.suspend(null, { userId: sender.userId, reason: 'spam' });
    // Any message after these was stored after the answer.
    const marks = await Promise.all([group, direct].map((conversationId) => say(nodes[0], other, conversationId, 'that was it')));
    over = true;
    await Promise.all(talking);
    for (const [place, conversationId] of [group, direct].entries()) {
      const late = `SELECT COUNT(*) FROM Message WHERE conversationId = ${conversationId} AND senderId = ${sender.userId} AND seq > ${marks[place]}`;
      expect(await sql.number(late), `round ${round}`).toBe(0);
    }
    expect(await sql.number(`SELECT COUNT(*) FROM Message WHERE clientMessageId IN ('${keys.join("','")}')`)).toBe(keys.length);
    await nodes[0].administration.restore({ userId: sender.userId });
  }
  // Sends and suspensions did overlap, with both outcomes.
  expect(done).toBeGreaterThan(rounds);
  expect(refused).toBeGreaterThan(rounds);
}, 60_000);
