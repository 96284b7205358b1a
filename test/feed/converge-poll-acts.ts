import { randomUUID } from 'node:crypto';
import { inputId } from '../../schema/ids.ts';
import { ahead } from '../scheduled/times.ts';
import { AskDocument } from '../support/generated/graphql.ts';
import { rawSql } from '../support/raw-sql.ts';
import { given, type Person, type World } from '../support/world.ts';
import { type Act, type Cast, doing, type Watcher } from './converge-acts.ts';

const two: readonly Watcher[] = ['ann', 'desk', 'ben'];
const three: readonly Watcher[] = [...two, 'cat'];

/** A poll, with the ids of its options. */
interface Asked {
  readonly messageId: string;
  readonly options: readonly string[];
}

/** Sends a poll without votes. */
async function ask(chat: World, as: Person, conversationId: string, poll: object = {}): Promise<Asked> {
  const input = {
    ...{ conversationId, clientMessageId: randomUUID(), text: 'What do we eat?' },
    poll: { options: ['soup', 'rice', 'cake'], ...poll },
  };
  const { sendMessage } = await chat.ask(AskDocument, { input }, as);
  const { id: messageId, poll: asked } = given(sendMessage.messageEdge, sendMessage.errors).node;
  return { messageId, options: given(asked, []).options.map(({ id }) => id) };
}

/** The same in a group of Ann, Ben and Cat, where Ben and Cat have voted for soup. */
async function askedOf(chat: World, { ann, ben, cat }: Cast, poll: object = {}) {
  const group = await chat.group(ann, ben, cat);
  const asked = await ask(chat, ben, group, poll);
  for (const who of [ben, cat]) await vote(chat, who, asked, 0);
  return { ...asked, group };
}

function choosing(
  { messageId, options }: Asked,
  ...choices: readonly number[]
): { readonly messageId: string; readonly optionIds: readonly string[] } {
  return { messageId, optionIds: choices.map((choice) => options[choice] ?? '') };
}

async function vote(chat: World, who: Person, asked: Asked, ...choices: readonly number[]): Promise<void> {
  await doing(chat, 'votePoll')(who, choosing(asked, ...choices));
}

/** Acts on polls. */
export const pollActs: readonly Act[] = [
  ...[false, true].map(
    (anonymous): Act => ({
      by: 'votePoll',
      what: anonymous ? 'of which nobody is to know who chose what, again and again' : 'for this and then that, and back',
      changes: three,
      async prepare(chat, cast, act) {
        const asked = await askedOf(chat, cast, { anonymous });
        return async () => {
          await act(cast.ann, choosing(asked, 0));
          await act(cast.ann, choosing(asked, 2));
          await act(cast.cat, choosing(asked));
          await act(cast.ben, choosing(asked, 1));
        };
      },
    }),
  ),
  {
    by: 'votePoll',
    what: 'for several, some of which were chosen before',
    changes: three,
    async prepare(chat, cast, act) {
      const asked = await askedOf(chat, cast, { multiple: true });
      return async () => {
        await act(cast.ben, choosing(asked, 0, 2));
        await act(cast.ann, choosing(asked, 1, 2));
        await act(cast.ann, choosing(asked, 1));
      };
    },
  },
  ...[false, true].map(
    (anonymous): Act => ({
      by: 'votePoll',
      what: `on what is asked in the same breath${anonymous ? ', by nobody' : ''}, and edited, and closed`,
      changes: three,
      async prepare(chat, cast, act) {
        const group = await chat.group(cast.ann, cast.ben, cast.cat);
        return async () => {
          const asked = await ask(chat, cast.ben, group, { anonymous });
          await act(cast.ann, choosing(asked, 1));
          await doing(chat, 'editMessage')(cast.ben, { messageId: asked.messageId, text: 'What do we eat today?' });
          await act(cast.cat, choosing(asked, 1));
          await doing(chat, 'closePoll')(cast.ben, { messageId: asked.messageId });
        };
      },
    }),
  ),
  {
    by: 'votePoll',
    what: 'on what was taken back after it',
    changes: three,
    async prepare(chat, cast, act) {
      const asked = await askedOf(chat, cast);
      return async () => {
        await act(cast.ann, choosing(asked, 1));
        await doing(chat, 'recallMessage')(cast.ben, { messageId: asked.messageId });
      };
    },
  },
  {
    by: 'votePoll',
    what: 'on what was asked before somebody came, who is shown that something happened and not what',
    changes: [...three, 'dan'],
    async prepare(chat, cast, act) {
      const asked = await askedOf(chat, cast);
      await doing(chat, 'addMembers')(cast.ann, { groupId: asked.group, userIds: [cast.dan.id] });
      return () => act(cast.ann, choosing(asked, 1));
    },
  },
  {
    by: 'votePoll',
    what: 'of two who talk',
    changes: two,
    async prepare(chat, { ann, ben }, act) {
      const asked = await ask(chat, ben, await chat.direct(ben, ann));
      return () => act(ann, choosing(asked, 1));
    },
  },
  {
    by: 'votePoll',
    what: 'a second time, which changes nothing',
    changes: [],
    async prepare(chat, cast, act) {
      const asked = await askedOf(chat, cast);
      return () => act(cast.ben, choosing(asked, 0));
    },
  },
  {
    by: 'closePoll',
    what: 'of somebody else’s by who runs the group, twice',
    changes: three,
    async prepare(chat, cast, close) {
      const { messageId } = await askedOf(chat, cast);
      return async () => {
        await close(cast.ann, { messageId });
        await close(cast.ben, { messageId });
      };
    },
  },
  {
    by: 'closePoll',
    what: 'by nobody, for its time is over',
    changes: three,
    async prepare(chat, cast) {
      const { messageId } = await askedOf(chat, cast, { closesAt: ahead() });
      const { conversationId, seq } = inputId('Message', messageId, 'messageId');
      return async () => {
        await using sql = await rawSql(chat.stores);
        // Moves the closing time back by a thousand years, as if time had passed. Not before the act: the node looks for due jobs itself.
        await sql.run(
          `UPDATE Message SET poll = REPLACE(poll, '"closesAt":"2', '"closesAt":"1') WHERE conversationId = ${conversationId} AND seq = ${seq}`,
          `UPDATE Job SET dueAt = (SELECT MIN(createdAt) FROM User) WHERE kind = 'PollDue'`,
        );
        await chat.node.chat.jobs.doDue();
      };
    },
  },
];
