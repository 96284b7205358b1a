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

it('nothing in a response is older than the heads, positions and counts in it, while others send', async () => {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const groups = [await chat.group(ann, ben, cat), await chat.group(ann, ben, cat)];
  for (const id of groups) await chat.say(ann, id, 'the first');
  let sending = true;
  const sent = Promise.all(
    [ann, cat].flatMap((sender) =>
      groups.map((id) =>
        chat.sayAll(
          sender,
          id,
          Array.from({ length: 30 }, (_, n) => `message ${n}`),
        ),
      ),
    ),
  ).finally(() => {
    sending = false;
  });

  let reads = 0;
  for (; sending || reads === 0; reads += 1) {
    const { unread, positions, listed, conversation } = await readHeads(ben, given(groups[reads % 2], []));
    for (const head of [...listed, conversation]) {
      // Entries 1 to 3 are who is in it; all others are messages to Ben, who has read none.
      expect(head.viewerUnreadCount).toBe(head.lastSeq - 3);
      for (const seq of newest(head)) expect(seq).toBeGreaterThanOrEqual(head.lastSeq);
      expect(head.lastSeq).toBeGreaterThanOrEqual(
        given(
          positions.find(({ streamId }) => streamId === head.id),
          [],
        ).seq,
      );
    }
    // One conversation is one in a response, wherever it is shown.
    expect(listed.find(({ id }) => id === conversation.id)?.lastSeq).toBe(conversation.lastSeq);
    expect(unread.messages).toBeLessThanOrEqual(listed.reduce((sum, { viewerUnreadCount }) => sum + viewerUnreadCount, 0));
  }
  await sent;
  expect(reads).toBeGreaterThan(3);
  const { unread, listed } = await readHeads(ben, given(groups[0], []));
  expect(listed.map(({ lastSeq }) => lastSeq)).toEqual([64, 64]);
  expect(unread).toEqual({ messages: 122 });
});
