import type { NoticeReach as NoticeReachShape, noticeAudiences, noticeStates, PostedNotice } from '../../src/notice/index.ts';
import { forwardConnection } from '../connection.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

const NoticeAudience = builder.enumType('NoticeAudience', {
  description: 'Whom a notice is for.',
  values: {
    ALL: { description: 'Everybody, but for those who sign up later.' },
    SOME: { description: 'The users that it was posted to.' },
  } satisfies Record<(typeof noticeAudiences)[number], unknown>,
});

const NoticeState = builder.enumType('NoticeState', {
  description: 'How a notice stands.',
  values: {
    SCHEDULED: { description: 'It waits for its time.' },
    POSTED: { description: 'It is shown to those whom it is for; to some of them it may still be on its way.' },
    REVOKED: { description: 'It was taken back, and is shown to nobody.' },
  } satisfies Record<(typeof noticeStates)[number], unknown>,
});

const NoticeReach = builder.objectRef<NoticeReachShape>('NoticeReach').implement({
  description: 'How far a notice to some has come.',
  fields: (t) => ({
    recipients: t.exposeInt('recipients', { description: 'How many it is for, of those whose account is still there.' }),
    handedOn: t.exposeInt('handedOn', { description: 'To how many of them it was handed on, whether they have looked or not.' }),
  }),
});

/** A notice, with its reach where it was read with others'. */
interface NoticeShape extends PostedNotice {
  readonly reach?: NoticeReachShape | null | undefined;
}

/** What is told to users. */
export const Notice = builder.objectRef<NoticeShape>('Notice').implement({
  description: 'What is told to all users, or some.',
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same as in the public schema.', resolve: ({ id }) => formatId('Notice', id) }),
    title: t.exposeString('title', { description: 'What it is about.' }),
    body: t.exposeString('body', { description: 'What it says.' }),
    audience: t.expose('audience', { type: NoticeAudience, description: 'Whom it is for.' }),
    state: t.expose('state', { type: NoticeState, description: 'How it stands.' }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'Who made it; null: the command line.',
      resolve: ({ createdById }, _args, context) => (createdById === null ? null : userById(context, createdById)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    postAt: t.expose('postAt', { type: 'DateTime', description: 'When it is, or was, to be posted.' }),
    postedAt: t.expose('postedAt', { type: 'DateTime', nullable: true, description: 'When it was posted; null: never so far.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was taken back; null: it was not.' }),
    reach: t.field({
      type: NoticeReach,
      nullable: true,
      description: 'How far it has come; null: it is for everybody.',
      resolve: async (notice, _args, { chat }) => (notice.reach === undefined ? (await chat.notices.reach([notice]))[0] : notice.reach),
    }),
  }),
});

const NoticeConnection = connectionOf<NoticeShape>('Notice', {
  of: 'A notice',
  list: 'all notices',
  node: (t) => t.field({ type: Notice, description: 'The notice.', resolve: ({ node }) => node }),
});

builder.queryField('notices', (t) =>
  t.field({
    type: NoticeConnection,
    description: 'All notices that were ever made, the newest first.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from, towards older ones.' }),
    },
    resolve: (_root, args, { chat }) =>
      forwardConnection(args, {
        order: 'noticeId',
        async read(page) {
          const { items, hasNextPage } = await chat.notices.all(page);
          const reach = await chat.notices.reach(items.map(({ notice }) => notice));
          return { items: items.map(({ notice, key }, place) => ({ notice: { ...notice, reach: reach[place] }, key })), hasNextPage };
        },
        node: ({ notice }) => notice,
      }),
  }),
);
