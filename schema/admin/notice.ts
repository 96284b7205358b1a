import type { NoticeReach as NoticeReachShape, noticeAudiences, noticeStates, PostedNotice } from '../../src/notice/index.ts';
import { forwardConnection } from '../connection.ts';
import { formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

const NoticeAudience = builder.enumType('NoticeAudience', {
  description: 'The audience of a notice.',
  values: {
    ALL: { description: 'All users, except those who sign up later.' },
    SOME: { description: 'The users to whom the notice was posted.' },
  } satisfies Record<(typeof noticeAudiences)[number], unknown>,
});

const NoticeState = builder.enumType('NoticeState', {
  description: 'The state of a notice.',
  values: {
    SCHEDULED: { description: 'The notice waits for its time.' },
    POSTED: { description: 'The notice is shown to its recipients. It may not have reached all of them yet.' },
    REVOKED: { description: 'The notice was revoked and is shown to nobody.' },
  } satisfies Record<(typeof noticeStates)[number], unknown>,
});

const NoticeReach = builder.objectRef<NoticeReachShape>('NoticeReach').implement({
  description: 'How many recipients a notice to some users has reached.',
  fields: (t) => ({
    recipients: t.exposeInt('recipients', { description: 'The number of recipients whose account still exists.' }),
    handedOn: t.exposeInt('handedOn', {
      description:
        'The number of recipients whom the notice has reached, of those whose account still exists. It does not matter whether they have looked at it.',
    }),
  }),
});

/** A notice, with its reach if that was read for several notices together. */
interface NoticeShape extends PostedNotice {
  readonly reach?: NoticeReachShape | null | undefined;
}

/** A notice to users. */
export const Notice = builder.objectRef<NoticeShape>('Notice').implement({
  description: 'A notice to all users or some of them.',
  fields: (t) => ({
    id: t.id({
      description: 'The global ID of the notice, the same as in the public schema.',
      resolve: ({ id }) => formatId('Notice', id),
    }),
    title: t.exposeString('title', { description: 'The title of the notice.' }),
    body: t.exposeString('body', { description: 'The text of the notice.' }),
    audience: t.expose('audience', { type: NoticeAudience, description: 'The audience of the notice.' }),
    state: t.expose('state', { type: NoticeState, description: 'The state of the notice.' }),
    createdBy: t.field({
      type: User,
      nullable: true,
      description: 'The admin who created the notice, or null if it was created on the command line.',
      resolve: ({ createdById }, _args, context) => (createdById === null ? null : userById(context, createdById)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the notice was created.' }),
    postAt: t.expose('postAt', { type: 'DateTime', description: 'When the notice is or was to be posted.' }),
    postedAt: t.expose('postedAt', { type: 'DateTime', nullable: true, description: 'When the notice was posted, or null if it was not.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the notice was revoked, or null if it was not.',
    }),
    reach: t.field({
      type: NoticeReach,
      nullable: true,
      description: 'How many recipients the notice has reached, or null if it is for all users.',
      resolve: async (notice, _args, { chat }) => (notice.reach === undefined ? (await chat.notices.reach([notice]))[0] : notice.reach),
    }),
  }),
});

const NoticeConnection = connectionOf<NoticeShape>('Notice', {
  of: 'A notice',
  list: 'notices',
  node: (t) => t.field({ type: Notice, description: 'The notice.', resolve: ({ node }) => node }),
});

builder.queryField('notices', (t) =>
  t.field({
    type: NoticeConnection,
    description: 'All notices that were ever created, newest first.',
    args: forwardArgs('Returns the items after this cursor, which are older.'),
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
