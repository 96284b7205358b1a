import { expect, it } from 'vitest';
import { type HeadFragment, HeadsDocument } from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

/** Reads heads, positions, counts and pages in one response, which selects them in the least helpful order. */
async function readHeads(as: Person, id: string) {
  const { viewer, conversation } = await chat.ask(HeadsDocument, { id }, as);
  const { unread, conversations, positions } = given(viewer, []);
  return { unread, positions, listed: conversations.edges.map(({ node }) => node), conversation: given(conversation, []) };
}

function newest({ messages, timeline, viewerLastMessage }: HeadFragment): readonly number[] {
  return [messages.edges[0]?.node.seq ?? 0, timeline.edges[0]?.node.seq ?? 0, viewerLastMessage?.seq ?? 0];
}

/**
 * Checks what must hold for a response, whatever is committed while it is made. `joined` is the number of entries before the first message.
 */
function expectConsistent({ unread, positions, listed, conversation }: Awaited<ReturnType<typeof readHeads>>, joined: number): void {
  for (const head of [...listed, conversation]) {
    // All entries but the joins are messages, and the reader has read none.
    expect(head.viewerUnreadCount).toBe(head.lastSeq - joined);
    for (const seq of newest(head)) expect(seq).toBeGreaterThanOrEqual(head.lastSeq);
    expect(head.lastSeq).toBeGreaterThanOrEqual(
      given(
        positions.find(({ streamId }) => streamId === head.id),
        [],
      ).seq,
    );
  }
  // A conversation has the same state everywhere in a response.
  expect(listed.find(({ id }) => id === conversation.id)?.lastSeq).toBe(conversation.lastSeq);
  expect(unread.messages).toBeLessThanOrEqual(listed.reduce((sum, { viewerUnreadCount }) => sum + viewerUnreadCount, 0));
}

// Enough that commits overlap with the making of responses.
const messagesEach = 40;
const readers = 4;

it('nothing in a response is older than its heads, positions and counts while others send', async () => {
  const [ann, ben, cat, dan] = await chat.people('ann', 'ben', 'cat', 'dan');
  const groups = [await chat.group(ann, ben, cat, dan), await chat.group(ann, ben, cat, dan)];
  for (const id of groups) await chat.say(ann, id, 'the first');
  const texts = Array.from({ length: messagesEach }, (_, n) => `message ${n}`);
  let sending = true;
  const sent = Promise.all([ann, cat, dan].flatMap((sender) => groups.map((id) => chat.sayAll(sender, id, texts)))).finally(() => {
    sending = false;
  });
  async function keepReading(reader: number): Promise<number> {
    let reads = 0;
    for (; sending; reads += 1) expectConsistent(await readHeads(ben, given(groups[(reads + reader) % 2], [])), 4);
    return reads;
  }
  const reads = await Promise.all(Array.from({ length: readers }, (_, reader) => keepReading(reader)));
  await sent;
  expect(Math.min(...reads)).toBeGreaterThan(3);

  const { unread, listed } = await readHeads(ben, given(groups[0], []));
  const said = 3 * messagesEach + 1;
  expect(listed.map(({ lastSeq }) => lastSeq)).toEqual([4 + said, 4 + said]);
  expect(unread).toEqual({ messages: 2 * said });
});
