import type { Config } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { Message } from '../../src/message/index.ts';
import { createSearch, type FoundPage, type Search, type SearchRequest } from '../../src/search/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { password, usersOn } from '../user/users-world.ts';

type SearchParts = Parameters<typeof createSearch>[0];

/** A search, without its page size. */
export type Question = Omit<SearchRequest, 'first'> & { readonly first?: number };

/** Users who send and search messages. */
export interface SearchWorld extends TalkWorld {
  /** A search of its own, as on another node, with other parts. */
  searching(config?: Partial<Config>, parts?: Partial<SearchParts>): Search;
  /** Sends several messages, one after the other. */
  sayAll(sender: Viewer, conversationId: bigint, texts: readonly string[]): Promise<readonly Message[]>;
  attach(sender: Viewer, conversationId: bigint, attachment: { readonly name?: string; readonly alt?: string }): Promise<Message>;
  /** Gives each entry of a conversation another time, which must rise with seq. */
  retime(conversationId: bigint, at: (seq: number) => Date): Promise<void>;
  /** Erases an account and keeps its messages. */
  erase(viewer: Viewer): Promise<void>;
}

/** Makes the search on a database, which is disposed with the world. */
export function searchOn(db: Db): SearchWorld {
  const world = talkOn(db);
  const { users } = usersOn(db);

  async function send(sender: Viewer, conversationId: bigint, attachment: object): Promise<Message> {
    const attachments = [{ url: 'https://files.example/1', mediaType: 'image/png', ...attachment }];
    return world.messages.send(sender, { conversationId, text: '', attachments, clientMessageId: freshKey() });
  }

  return {
    ...world,
    attach: send,
    searching: ({ searchedMessages = 5_000, searchesPerMinute = 100_000 } = {}, parts = {}) =>
      createSearch({ ...world, users, limits: createMemoryLimits(), config: { searchedMessages, searchesPerMinute }, ...parts }),
    async sayAll(sender, conversationId, texts) {
      const said: Message[] = [];
      for (const text of texts) said.push(await world.say(sender, conversationId, text));
      return said;
    },
    async retime(conversationId, at) {
      await db.transaction(async (tx) => {
        const { lastSeq } = await tx.stream.findUniqueOrThrow({ where: { id: conversationId } });
        for (let seq = 1; seq <= lastSeq; seq += 1) {
          await tx.entry.updateMany({ where: { streamId: conversationId, seq }, data: { at: at(seq) } });
          await tx.message.updateMany({ where: { conversationId, seq }, data: { sentAt: at(seq) } });
        }
        await tx.stream.update({ where: { id: conversationId }, data: { activeAt: at(lastSeq), lastAt: at(lastSeq) } });
      });
    },
    async erase(viewer) {
      await users.erase(viewer, { password, messages: 'KEEP', address: 'somewhere' });
    },
  };
}

/** Reads page after page. Fails if that does not end. */
export async function pagesOf(search: Search, viewer: Viewer, question: Question): Promise<readonly FoundPage[]> {
  const pages: FoundPage[] = [];
  for (let { after } = question; pages.length < 1_000; ) {
    const page = await search.messages(viewer, { first: 50, ...question, after });
    pages.push(page);
    if (page.endKey === null) return pages;
    after = page.endKey;
  }
  throw new Error('the search comes to no end');
}

/** The texts of all results, in their order. */
export async function found(search: Search, viewer: Viewer, question: Question | string): Promise<readonly string[]> {
  const pages = await pagesOf(search, viewer, typeof question === 'string' ? { search: question } : question);
  return textsOf(pages);
}

/** The texts on pages; for a message without one, the names of its attachments. */
export function textsOf(pages: readonly FoundPage[]): readonly string[] {
  return pages.flatMap(({ items }) =>
    items.map(({ message: { text, attachments } }) => text || attachments.map(({ name }) => name).join()),
  );
}
