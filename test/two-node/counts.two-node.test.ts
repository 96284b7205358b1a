import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseId } from '../../schema/ids.ts';
import type { Chat } from '../../src/chat.ts';
import type { UnreadTotals } from '../../src/message/index.ts';
import { type CountingNode, playAndCount, steps } from '../message/counting.ts';
import type { Waiting } from '../message/expected-counts.ts';
import type { Sides } from '../message/expected-lists.ts';
import { ask } from '../schema/asking.ts';
import { chatOn } from '../support/chat.ts';
import { logsOf } from '../support/logs.ts';
import { person } from '../support/people.ts';
import { realStores } from '../support/stores.ts';

const source = `{
  viewer {
    unread { messages mentions conversations threads badge }
    conversations { edges { node {
      id viewerUnreadCount viewerMentionCount
      messages(last: 100) { edges { node { ...Thread threadRoot { ...Thread } } } }
    } } }
  }
}
fragment Thread on Message { seq viewerThreadUnreadCount }`;

// There are always fewer than a hundred.
const lists = `{
  viewer {
    all: threads(first: 100) { ...Threads } waiting: threads(first: 100, unread: true) { ...Threads } rest: threads(first: 100, unread: false) { ...Threads }
    conversations { edges { node { id
      all: viewerMentions(first: 100) { ...Mentions } waiting: viewerMentions(first: 100, unread: true) { ...Mentions } rest: viewerMentions(first: 100, unread: false) { ...Mentions }
    } } }
  }
}
fragment Threads on ThreadConnection { edges { node { seq conversation { id } } lastReply { seq } } }
fragment Mentions on MessageConnection { edges { node { seq } } }`;

interface Edges<E> {
  readonly edges: readonly E[];
}

interface ThreadEdge {
  readonly node: { readonly seq: number; readonly conversation: { readonly id: string } };
  readonly lastReply: { readonly seq: number };
}

type Said = Edges<{ readonly node: { readonly seq: number } }>;

interface ShownLists {
  readonly viewer: { readonly [S in keyof Sides<unknown>]: Edges<ThreadEdge> } & {
    readonly conversations: Edges<{ readonly node: { readonly id: string } & { readonly [S in keyof Sides<unknown>]: Said } }>;
  };
}

function keyOf(id: string): bigint {
  const parsed = parseId(id);
  if (parsed?.type !== 'Conversation') throw new Error(`${id} is no conversation`);
  return parsed.key;
}

function sidesOf<E, T>({ all, waiting, rest }: Readonly<Record<keyof Sides<unknown>, Edges<E>>>, of: (edge: E) => T): Sides<T> {
  return { all: all.edges.map(of), waiting: waiting.edges.map(of), rest: rest.edges.map(of) };
}

interface Thread {
  readonly seq: number;
  readonly viewerThreadUnreadCount: number;
}

interface Shown {
  readonly viewer: {
    readonly unread: UnreadTotals;
    readonly conversations: { readonly edges: readonly { readonly node: ShownConversation }[] };
  };
}

interface ShownConversation {
  readonly id: string;
  readonly viewerUnreadCount: number;
  readonly viewerMentionCount: number;
  readonly messages: { readonly edges: readonly { readonly node: Thread & { readonly threadRoot: Thread | null } }[] };
}

/** A node that counts by its API's answers. */
function counting({ groups, messages, ...rest }: Chat): CountingNode {
  return {
    ...{ groups, messages },
    async counts(viewer, roots) {
      const { data, errors } = await ask({ groups, messages, ...rest }, viewer, source);
      expect(errors).toEqual([]);
      const shown = (data as Shown).viewer;
      const conversations = shown.conversations.edges.map(({ node }): Waiting => {
        const threads = node.messages.edges.flatMap(({ node: { threadRoot, ...message } }) => [
          message,
          ...(threadRoot ? [threadRoot] : []),
        ]);
        const counted = new Map(threads.map(({ seq, viewerThreadUnreadCount }) => [seq, viewerThreadUnreadCount]));
        const conversationId = keyOf(node.id);
        return {
          ...{ conversationId, unread: node.viewerUnreadCount, mentions: node.viewerMentionCount },
          // A thread that is not visible has nothing unread.
          threads: Object.fromEntries((roots.get(conversationId) ?? []).map((seq) => [seq, counted.get(seq) ?? 0])),
        };
      });
      return {
        conversations: conversations.toSorted((one, other) => (one.conversationId < other.conversationId ? -1 : 1)),
        totals: shown.unread,
      };
    },
    async lists(viewer) {
      const { data, errors } = await ask({ groups, messages, ...rest }, viewer, lists);
      expect(errors).toEqual([]);
      const shown = (data as ShownLists).viewer;
      const threads = sidesOf(shown, ({ node: { conversation, seq }, lastReply }) => ({
        ...{ conversationId: keyOf(conversation.id), seq, lastReplySeq: lastReply.seq },
      }));
      const mentions = shown.conversations.edges.map(({ node }) => ({
        conversationId: keyOf(node.id),
        messages: sidesOf(node, ({ node: { seq } }) => seq),
      }));
      return { threads, mentions: mentions.toSorted((one, other) => (one.conversationId < other.conversationId ? -1 : 1)) };
    },
  };
}

// Three times forty steps, each checked by three users on two nodes, and other steps in each run of the tests: enough for rare combinations
// over time, in seconds.
const runs = 3;
const each = { least: 40, most: 40 };

it('on two nodes, after every step, the unread counts of every user equal what counting the log entry by entry gives', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
  await using stores = await realStores();
  await using here = await chatOn(stores);
  await using there = await chatOn(stores);
  await using logs = await logsOf(stores);
  const ground = { nodes: [counting(here), counting(there)], person: () => person(here), entries: logs.entries };
  // A failure prints the seed. SEED in the environment repeats it.
  await fc.assert(
    fc.asyncProperty(steps(each), (script) => playAndCount(ground, script)),
    { seed, numRuns: runs, endOnFailure: true },
  );
}, 240_000);
