import { type Notice as NoticeShape, noticeKey } from '../src/notice/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { formatCursor } from './cursors.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { Node } from './node.ts';
import { shareable } from './shareable.ts';
import { Viewer } from './viewer.ts';

/** A notice from operators to users. */
export const Notice = builder.objectRef<NoticeShape>('Notice').implement({
  description: 'A notice from the server’s operators to all users or to some.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ extensions: shareable, description: 'The global ID.', resolve: ({ id }) => formatId('Notice', id) }),
    title: t.exposeString('title', { extensions: shareable, description: 'The title: one line of at most 200 characters.' }),
    body: t.exposeString('body', { extensions: shareable, description: 'The body: plain text of at most 8,000 characters.' }),
    postedAt: t.expose('postedAt', { extensions: shareable, type: 'DateTime', description: 'When the notice was posted.' }),
  }),
});

const Notices = connectionOf<NoticeShape>('Notice', {
  of: 'A notice',
  list: 'notices',
  node: (t) => t.field({ extensions: shareable, type: Notice, description: 'The notice.', resolve: ({ node }) => node }),
});

builder.objectField(Viewer, 'notices', (t) =>
  t.field({
    type: Notices.connection,
    description:
      'The notices for the viewer, newest first: those to everyone since the viewer signed up, and those to some users, of whom the viewer is one. Revoked notices are left out.',
    args: forwardArgs('Returns the items after this cursor, which are older.'),
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
    'A notice was posted. A notice to everyone is on the server’s stream, which every user follows. A notice to some users is on the account stream of each of them.',
  interfaces,
  fields: (t) => ({
    noticeId: t.id({
      extensions: shareable,
      description: 'The ID of the notice.',
      resolve: ({ entry }) => formatId('Notice', entry.data.noticeId),
    }),
    notice: t.field({
      extensions: shareable,
      type: Notice,
      nullable: true,
      description: 'The notice, or null if it was revoked.',
      resolve: ({ entry }, _args, { scope }) => scope.loaders.notices.load(entry.data.noticeId),
    }),
    noticeEdge: t.field({
      extensions: shareable,
      type: Notices.edge,
      nullable: true,
      description: 'The notice, with its cursor in the viewer’s list, or null if it was revoked.',
      async resolve({ entry }, _args, { scope }): Promise<Edge<NoticeShape> | null> {
        const notice = await scope.loaders.notices.load(entry.data.noticeId);
        return notice && { node: notice, cursor: formatCursor('notice', noticeKey(notice)) };
      },
    }),
  }),
});

loggedTypes.NoticeRevoked.implement({
  description: 'A notice was revoked: stop showing it. This event is on the same stream as the notice.',
  interfaces,
  fields: (t) => ({
    noticeId: t.id({
      extensions: shareable,
      description: 'The ID of the notice.',
      resolve: ({ entry }) => formatId('Notice', entry.data.noticeId),
    }),
  }),
});
