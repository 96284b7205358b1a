import { type Notice as NoticeShape, noticeKey } from '../src/notice/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardConnection } from './connection.ts';
import { formatCursor } from './cursors.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { Node } from './node.ts';
import { shareable } from './shareable.ts';
import { Viewer } from './viewer.ts';

/** What operators tell users. */
export const Notice = builder.objectRef<NoticeShape>('Notice').implement({
  description: 'What those who run the server tell its users: all of them, or some.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ extensions: shareable, description: 'Its global id.', resolve: ({ id }) => formatId('Notice', id) }),
    title: t.exposeString('title', { extensions: shareable, description: 'What it is about: a line of at most 200 characters.' }),
    body: t.exposeString('body', { extensions: shareable, description: 'What it says: plain text of at most 8,000 characters.' }),
    postedAt: t.expose('postedAt', { extensions: shareable, type: 'DateTime', description: 'When it was posted.' }),
  }),
});

const Notices = connectionOf<NoticeShape>('Notice', {
  of: 'A notice',
  list: 'the viewer’s notices',
  node: (t) => t.field({ extensions: shareable, type: Notice, description: 'The notice.', resolve: ({ node }) => node }),
});

builder.objectField(Viewer, 'notices', (t) =>
  t.field({
    type: Notices.connection,
    description:
      'What those who run the server have told the viewer: everybody since the viewer signed up, or some, of whom the viewer is one. Newest first; what was taken back is left out.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from, towards older ones.' }),
    },
    resolve: (viewer, args, { chat, scope }) =>
      forwardConnection(args, {
        order: 'notice',
        read: (page) => scope.loaders.ownPage(`notices ${page.first} ${page.after}`, () => chat.notices.list(viewer, page)),
        node: ({ notice }) => notice,
      }),
  }),
);

loggedTypes.NoticePosted.implement({
  description:
    'A notice was posted. It stands on the server’s stream, which everybody follows, if it is for everybody; otherwise on the account of each of those whom it is for.',
  interfaces,
  fields: (t) => ({
    noticeId: t.id({ extensions: shareable, description: 'Which one.', resolve: ({ entry }) => formatId('Notice', entry.data.noticeId) }),
    notice: t.field({
      extensions: shareable,
      type: Notice,
      nullable: true,
      description: 'The notice; null: it was taken back.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.notices.load(entry.data.noticeId),
    }),
    noticeEdge: t.field({
      extensions: shareable,
      type: Notices.edge,
      nullable: true,
      description: 'The notice, with its cursor in the viewer’s list; null: it was taken back.',
      async resolve({ entry }, _args, { scope }): Promise<Edge<NoticeShape> | null> {
        const notice = await scope.loaders.notices.load(entry.data.noticeId);
        return notice && { node: notice, cursor: formatCursor('notice', noticeKey(notice)) };
      },
    }),
  }),
});

loggedTypes.NoticeRevoked.implement({
  description: 'A notice was taken back: it is to be shown no longer. It stands where the notice stood.',
  interfaces,
  fields: (t) => ({
    noticeId: t.id({ extensions: shareable, description: 'Which one.', resolve: ({ entry }) => formatId('Notice', entry.data.noticeId) }),
  }),
});
