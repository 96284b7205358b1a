import type { WordList, wordActions } from '../../src/words/index.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { User, userById } from './user.ts';

const BlockedWordAction = builder.enumType('BlockedWordAction', {
  description: 'What happens to a text that contains a blocked word.',
  values: {
    REFUSE: { description: 'The text is refused with INVALID_INPUT. The error does not tell which word was found.' },
    MASK: { description: 'The text is stored with asterisks in place of the word. Names and handles are refused instead.' },
    FLAG: { description: 'The text is stored, and an item is added to the moderation queue.' },
  } satisfies Record<(typeof wordActions)[number], unknown>,
});

const BlockedWordList = builder.objectRef<WordList>('BlockedWordList').implement({
  description: 'A list of blocked words.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the list.' }),
    action: t.expose('action', { type: BlockedWordAction, description: 'What happens to a text that contains one of the words.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether the list is in force.' }),
    wholeWords: t.exposeBoolean('wholeWords', {
      description: 'Whether a word is found only where it stands alone. In scripts without spaces between words, it is found anywhere.',
    }),
    wordCount: t.exposeInt('wordCount', { description: 'The number of words in the list.' }),
    words: t.stringList({
      description: 'The words and phrases in the list.',
      resolve: async ({ name }, _args, { chat }) => [...((await chat.words.words([name]))[0] ?? [])],
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the list was last changed.' }),
    updatedBy: t.field({
      type: User,
      nullable: true,
      description: 'The admin who last changed the list, or null if it was changed on the command line.',
      resolve: ({ updatedById }, _args, context) => (updatedById === null ? null : userById(context, updatedById)),
    }),
  }),
});

builder.queryField('blockedWordLists', (t) =>
  t.field({
    type: [BlockedWordList],
    description: 'All lists of blocked words, ordered by name. There are at most 100.',
    resolve: (_root, _args, { chat }) => chat.words.lists(),
  }),
);

mutation('setBlockedWords', {
  description:
    'Creates or changes a list of blocked words. It takes effect on this node at once, and on all others within a second. Texts that are already stored stay as they are.',
  inputDescription: 'The list to create or change. An omitted field stays unchanged.',
  input: (t) => ({
    name: t.string({ required: true, description: 'The name of the list: 1 to 64 of a-z, 0-9, _, . and -.' }),
    words: t.stringList({
      description:
        'All words and phrases of the list, of at most 100 characters each. They replace the existing ones, and a new list needs at least one. Case, accents, width and invisible characters are ignored. All lists together hold at most 50,000 words and 1 MiB.',
    }),
    action: t.field({
      type: BlockedWordAction,
      description: 'What happens to a text that contains one of the words. The default for a new list is REFUSE.',
    }),
    enabled: t.boolean({ description: 'Whether the list is in force. The default for a new list is true.' }),
    wholeWords: t.boolean({ description: 'Whether a word is found only where it stands alone. The default for a new list is true.' }),
  }),
  async act({ name, words, action, enabled, wholeWords }, { chat, viewer, note }) {
    const { list, before } = await chat.words.set(viewer.userId, {
      name,
      words: words ?? undefined,
      ...{ action: action ?? undefined, enabled: enabled ?? undefined, wholeWords: wholeWords ?? undefined },
    });
    note({ target: `BlockedWordList:${name}`, before, after: list });
    return { list };
  },
  payload: (t) => ({
    list: t.expose('list', {
      type: BlockedWordList,
      nullable: true,
      description: 'The list in its current state, or null if the mutation was refused.',
    }),
  }),
});

mutation('removeBlockedWords', {
  description: 'Removes a list of blocked words. It takes effect on this node at once, and on all others within a second.',
  inputDescription: 'The list to remove.',
  input: (t) => ({ name: t.string({ required: true, description: 'The name of the list.' }) }),
  async act({ name }, { chat, viewer, note }) {
    note({ target: `BlockedWordList:${name}`, before: await chat.words.remove(viewer.userId, { name }) });
    return { name };
  },
  payload: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'The name of the removed list, or null if the mutation was refused.' }),
  }),
});
