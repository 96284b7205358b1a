import { type ContactRequest as ContactRequestShape, contactRequestKey, type RequestDirection as Direction } from '../src/contact/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { ContactEdge, contactEdge } from './contact.ts';
import { requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Node, presentUser } from './node.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

/** A contact request. */
export const ContactRequest = builder.objectRef<ContactRequestShape>('ContactRequest').implement({
  description: 'A pending contact request. Only the two users can see it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID. It is the same if the user asks again.', resolve: (ref) => formatId('ContactRequest', ref) }),
    from: t.field({
      type: User,
      description: 'The user who sent the request.',
      resolve: ({ fromId }, _args, context) => presentUser(context, fromId),
    }),
    to: t.field({
      type: User,
      description: 'The user who received the request.',
      resolve: ({ toId }, _args, context) => presentUser(context, toId),
    }),
    note: t.exposeString('note', { nullable: true, description: 'A note that comes with the request, or null if there is none.' }),
    message: t.exposeString('message', {
      nullable: true,
      description:
        'The message that is sent in the direct conversation of the two users once the request is accepted, or null if there is none.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the request was made.' }),
  }),
});

const RequestDirection = builder.enumType('RequestDirection', {
  description: 'The direction of the viewer’s contact requests.',
  values: {
    INCOMING: { description: 'Requests that await the viewer’s answer.' },
    OUTGOING: { description: 'Requests that the viewer has made. A declined request stays pending here.' },
  } satisfies Record<Direction, unknown>,
});

interface RequestList extends Connection<ContactRequestShape> {
  readonly totalCount: () => Promise<number>;
}

const RequestLists = connectionOf<ContactRequestShape, RequestList>('ContactRequest', {
  of: 'A contact request',
  list: 'contact requests',
  node: (t) => t.field({ type: ContactRequest, description: 'The contact request.', resolve: ({ node }) => node }),
});

builder.objectField(RequestLists.connection, 'totalCount', (t) =>
  t.int({ description: 'The number of requests on all pages.', resolve: ({ totalCount }) => totalCount() }),
);

/** A request in the viewer's list. */
export const ContactRequestEdge = RequestLists.edge;

/** Returns the edge of a request in `Viewer.contactRequests` of one of the two users. */
export function contactRequestEdge(request: ContactRequestShape, userId: bigint): Edge<ContactRequestShape> {
  return { node: request, cursor: formatCursor('contactRequest', contactRequestKey(request, userId)) };
}

builder.objectField(Viewer, 'contactRequests', (t) =>
  t.field({
    type: RequestLists.connection,
    description: 'The viewer’s pending contact requests, newest first.',
    args: {
      direction: t.arg({
        type: RequestDirection,
        required: true,
        description: 'Whether to list the requests to the viewer or by the viewer.',
      }),
      ...forwardArgs(),
    },
    async resolve(viewer, { direction, ...args }, { chat, scope: { loaders } }) {
      const page = await forwardConnection(args, {
        order: 'contactRequest',
        read: (request) =>
          loaders.ownPage(`requests ${direction} ${request.first} ${request.after}`, () =>
            chat.contacts.requests(viewer, { ...request, direction }),
          ),
        node: ({ request }) => request,
      });
      return { ...page, totalCount: () => loaders.ownPage(`requests ${direction}`, () => chat.contacts.countRequests(viewer, direction)) };
    },
  }),
);

builder.objectField(User, 'viewerContactRequest', (t) =>
  t.field({
    type: ContactRequest,
    nullable: true,
    description: 'The pending contact request between the viewer and this user, in either direction, or null if there is none.',
    async resolve({ id: otherId }, _args, context) {
      const { userId } = requireViewer(context);
      const { contactRequests } = context.scope.loaders;
      const [incoming, outgoing] = await Promise.all([
        contactRequests.load({ userId, fromId: otherId, toId: userId }),
        contactRequests.load({ userId, fromId: userId, toId: otherId }),
      ]);
      return incoming ?? outgoing;
    },
  }),
);

mutation('requestContact', {
  description:
    'Sends a contact request. If the viewer’s request to the user is pending already, it is returned unchanged. If each user has asked the other, they become contacts at once.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The ID of the user to ask.' }),
    note: t.string({ description: 'A note to send with the request, up to 300 characters.' }),
    message: t.string({
      description:
        'A message to send in the direct conversation of the two users once the request is accepted, up to MAX_MESSAGE_LENGTH characters.',
    }),
  }),
  async act(viewer, input, { chat }) {
    const userId = inputId('User', input.userId, 'userId');
    const { request, contact } = await chat.contacts.request(viewer, { userId, note: input.note, message: input.message });
    return {
      contactRequestEdge: request && contactRequestEdge(request, viewer.userId),
      contactEdge: contact && contactEdge(contact),
    };
  },
  payloadDescription:
    'The payload of `requestContact`: the pending request, or the contact if the other user had already asked the viewer.',
  payload: (t) => ({
    contactRequestEdge: t.expose('contactRequestEdge', {
      type: ContactRequestEdge,
      nullable: true,
      description:
        'The request, with its cursor in the viewer’s list of outgoing requests. Null if the two are contacts now or the mutation was refused.',
    }),
    contactEdge: t.expose('contactEdge', {
      type: ContactEdge,
      nullable: true,
      description: 'The contact, with its cursor in `Viewer.contacts`. Null if the request is pending or the mutation was refused.',
    }),
  }),
});

mutation('cancelContactRequest', {
  description: 'Cancels a contact request that the viewer has made.',
  input: (t) => ({ requestId: t.id({ required: true, description: 'The ID of a request that the viewer has made.' }) }),
  async act(viewer, { requestId }, { chat }) {
    const ref = inputId('ContactRequest', requestId, 'requestId');
    await chat.contacts.cancel(viewer, ref);
    return { contactRequestId: formatId('ContactRequest', ref) };
  },
  payload: (t) => ({
    contactRequestId: t.exposeID('contactRequestId', {
      nullable: true,
      description: 'The ID of the cancelled request, or null if the mutation was refused.',
    }),
  }),
});

mutation('answerContactRequest', {
  description:
    'Accepts or declines a contact request to the viewer. The user who asked is told if it is accepted. If it is declined, it stays pending for them.',
  input: (t) => ({
    requestId: t.id({ required: true, description: 'The ID of a request to the viewer.' }),
    accept: t.boolean({ required: true, description: 'Whether to accept the request. The other user is not told if it is declined.' }),
  }),
  async act(viewer, { requestId, accept }, { chat }) {
    const ref = inputId('ContactRequest', requestId, 'requestId');
    const contact = await chat.contacts.answer(viewer, ref, { accept });
    return { contactRequestId: formatId('ContactRequest', ref), contactEdge: contact && contactEdge(contact) };
  },
  payload: (t) => ({
    contactRequestId: t.exposeID('contactRequestId', {
      nullable: true,
      description: 'The ID of the request, which is no longer pending, or null if the mutation was refused.',
    }),
    contactEdge: t.expose('contactEdge', {
      type: ContactEdge,
      nullable: true,
      description: 'The contact, with its cursor in `Viewer.contacts`. Null if the request was declined or the mutation was refused.',
    }),
  }),
});
