import type { WordList, wordActions } from '../../src/words/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { User, userById } from './user.ts';

const BlockedWordAction = builder.enumType('BlockedWordAction', {
  description: 'What becomes of a text in which a word of a list is found.',
  values: {
    REFUSE: { description: 'It is refused: INVALID_INPUT, which does not say for which word.' },
    MASK: { description: 'It is stored with asterisks in place of the word. What something is called is refused.' },
    FLAG: { description: 'It is stored, and stands in the moderation queue.' },
  } satisfies Record<(typeof wordActions)[number], unknown>,
});

const BlockedWordList = builder.objectRef<WordList>('BlockedWordList').implement({
  description: 'A list of words that people are not to use.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called.' }),
    action: t.expose('action', { type: BlockedWordAction, description: 'What becomes of a text in which one of its words is found.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is in force.' }),
    wholeWords: t.exposeBoolean('wholeWords', {
      description: 'Whether a word counts only where it stands alone. In scripts that put no space between words it counts anywhere.',
    }),
    wordCount: t.exposeInt('wordCount', { description: 'How many words it has.' }),
    words: t.stringList({
      description: 'Its words and phrases.',
      resolve: async ({ name }, _args, { chat }) => [...((await chat.words.words([name]))[0] ?? [])],
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    updatedBy: t.field({
      type: User,
      nullable: true,
      description: 'Who did; null: the command line.',
      resolve: ({ updatedById }, _args, context) => (updatedById === null ? null : userById(context, updatedById)),
    }),
  }),
});

builder.queryField('blockedWordLists', (t) =>
  t.field({
    type: [BlockedWordList],
    description: 'All lists of blocked words, at most 100, by name.',
    resolve: (_root, _args, { chat }) => chat.words.lists(),
  }),
);

interface ListShape extends Refusable {
  readonly list?: WordList;
}

const SetBlockedWordsInput = builder.inputType('SetBlockedWordsInput', {
  description: 'A list to make or to change. What is left out stays as it is.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Which list: 1 to 64 of a-z, 0-9, _, . and -.' }),
    words: t.stringList({
      description:
        'All its words and phrases, of at most 100 characters each, in place of those it has; a new list needs some. Case, accents, width and what is invisible do not matter. All lists together have at most 50,000, and 1 MiB.',
    }),
    action: t.field({ type: BlockedWordAction, description: 'What becomes of a text; REFUSE where the list is new.' }),
    enabled: t.boolean({ description: 'Whether it is in force; true where it is new.' }),
    wholeWords: t.boolean({ description: 'Whether a word counts only where it stands alone; true where it is new.' }),
  }),
});

const SetBlockedWordsPayload = withErrors(
  builder.objectRef<ListShape>('SetBlockedWordsPayload').implement({
    description: 'What came of setBlockedWords.',
    fields: (t) => ({
      list: t.expose('list', { type: BlockedWordList, nullable: true, description: 'The list as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('setBlockedWords', (t) =>
  t.field({
    type: SetBlockedWordsPayload,
    description:
      'Makes or changes a list of words that people are not to use: on this node at once and on all others within a second. What was said before stays.',
    args: { input: t.arg({ type: SetBlockedWordsInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { name, words, action, enabled, wholeWords } }, { chat, viewer, note }) =>
      settle<ListShape>(async () => {
        const { list, before } = await chat.words.set(viewer.userId, {
          name,
          words: words ?? undefined,
          ...{ action: action ?? undefined, enabled: enabled ?? undefined, wholeWords: wholeWords ?? undefined },
        });
        note({ target: `BlockedWordList:${name}`, before, after: list });
        return { list };
      }),
  }),
);

interface RemovedShape extends Refusable {
  readonly name?: string;
}

const RemoveBlockedWordsInput = builder.inputType('RemoveBlockedWordsInput', {
  description: 'Which list to remove.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }) }),
});

const RemoveBlockedWordsPayload = withErrors(
  builder.objectRef<RemovedShape>('RemoveBlockedWordsPayload').implement({
    description: 'What came of removeBlockedWords.',
    fields: (t) => ({ name: t.exposeString('name', { nullable: true, description: 'The list that is gone; null if it was refused.' }) }),
  }),
);

builder.mutationField('removeBlockedWords', (t) =>
  t.field({
    type: RemoveBlockedWordsPayload,
    description: 'Removes a list of blocked words, on this node at once and on all others within a second.',
    args: { input: t.arg({ type: RemoveBlockedWordsInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { name } }, { chat, viewer, note }) =>
      settle<RemovedShape>(async () => {
        note({ target: `BlockedWordList:${name}`, before: await chat.words.remove(viewer.userId, { name }) });
        return { name };
      }),
  }),
);
