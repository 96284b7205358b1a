import {
  type ContactRequest as ContactRequestShape,
  type Contact as ContactShape,
  contactRequestKey,
  type RequestDirection as Direction,
} from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Connection, connectionOf, type Edge, forwardConnection } from './connection.ts';
import { ContactEdge, contactEdge } from './contact.ts';
import { requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Node, presentUser } from './node.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

/** A request to become a contact. */
export const ContactRequest = builder.objectRef<ContactRequestShape>('ContactRequest').implement({
  description: 'A request to become a contact that waits for an answer. Nobody but the two sees it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same if they ask again.', resolve: (ref) => formatId('ContactRequest', ref) }),
    from: t.field({ type: User, description: 'Who asks.', resolve: ({ fromId }, _args, context) => presentUser(context, fromId) }),
    to: t.field({ type: User, description: 'Who is asked.', resolve: ({ toId }, _args, context) => presentUser(context, toId) }),
    note: t.exposeString('note', { nullable: true, description: 'What they say with it.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'What they say first, in the direct conversation of the two, once it is accepted; null: nothing.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const RequestDirection = builder.enumType('RequestDirection', {
  description: 'Which of the viewer’s requests.',
  values: {
    INCOMING: { description: 'Those that wait for the viewer’s answer.' },
    OUTGOING: { description: 'Those that the viewer has made. One that was declined goes on to wait.' },
  } satisfies Record<Direction, unknown>,
});

interface RequestList extends Connection<ContactRequestShape> {
  readonly totalCount: () => Promise<number>;
}

const RequestLists = connectionOf<ContactRequestShape, RequestList>('ContactRequest', {
  of: 'A request',
  list: 'requests to become contacts',
  node: (t) => t.field({ type: ContactRequest, description: 'The request.', resolve: ({ node }) => node }),
});

builder.objectField(RequestLists.connection, 'totalCount', (t) =>
  t.int({ description: 'How many there are on all pages.', resolve: ({ totalCount }) => totalCount() }),
);

/** A request in the viewer's list. */
export const ContactRequestEdge = RequestLists.edge;

/** The edge under which the `Viewer.contactRequests` of one of the two lists a request. */
export function contactRequestEdge(request: ContactRequestShape, userId: bigint): Edge<ContactRequestShape> {
  return { node: request, cursor: formatCursor('contactRequest', contactRequestKey(request, userId)) };
}

builder.objectField(Viewer, 'contactRequests', (t) =>
  t.field({
    type: RequestLists.connection,
    description: 'Requests to become contacts that wait, newest first.',
    args: {
      direction: t.arg({ type: RequestDirection, required: true, description: 'To the viewer, or by them.' }),
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
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
    description: 'The request that waits between the viewer and this user, either way; null: none.',
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

const RequestContactInput = builder.inputType('RequestContactInput', {
  description: 'Whom to ask to become a contact.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'The other user.' }),
    note: t.string({ description: 'What to say with it, up to 300 characters.' }),
    message: t.string({ description: 'What to say first, as a message in the direct conversation of the two, once it is accepted.' }),
  }),
});

interface RequestContactShape extends Refusable {
  readonly contactRequestEdge?: Edge<ContactRequestShape> | null;
  readonly contactEdge?: Edge<ContactShape> | null;
}

const RequestContactPayload = withErrors(
  builder.objectRef<RequestContactShape>('RequestContactPayload').implement({
    description: 'What came of requestContact: the request that waits, or the contact, where the other had asked the viewer.',
    fields: (t) => ({
      contactRequestEdge: t.expose('contactRequestEdge', {
        type: ContactRequestEdge,
        nullable: true,
        description: 'The request in the viewer’s list of those they have made; null if they are contacts, or it was refused.',
      }),
      contactEdge: t.expose('contactEdge', {
        type: ContactEdge,
        nullable: true,
        description: 'The contact in the viewer’s list; null if the request waits, or was refused.',
      }),
    }),
  }),
);

builder.mutationField('requestContact', (t) =>
  t.field({
    type: RequestContactPayload,
    description:
      'Asks somebody to become a contact. A request that waits already is answered as it stands. Where each has asked the other they are contacts at once.',
    args: { input: t.arg({ type: RequestContactInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const userId = inputId('User', input.userId, 'userId');
        const { request, contact } = await context.chat.contacts.request(viewer, { userId, note: input.note, message: input.message });
        return {
          contactRequestEdge: request && contactRequestEdge(request, viewer.userId),
          contactEdge: contact && contactEdge(contact),
        };
      }),
  }),
);

const CancelContactRequestInput = builder.inputType('CancelContactRequestInput', {
  description: 'Which request to take back.',
  fields: (t) => ({ requestId: t.id({ required: true, description: 'A request that the viewer has made.' }) }),
});

interface CancelContactRequestShape extends Refusable {
  readonly contactRequestId?: string;
}

const CancelContactRequestPayload = withErrors(
  builder.objectRef<CancelContactRequestShape>('CancelContactRequestPayload').implement({
    description: 'What came of cancelContactRequest.',
    fields: (t) => ({
      contactRequestId: t.exposeID('contactRequestId', {
        nullable: true,
        description: 'The request that is gone; null if it was refused.',
      }),
    }),
  }),
);

builder.mutationField('cancelContactRequest', (t) =>
  t.field({
    type: CancelContactRequestPayload,
    description: 'Takes back a request that the viewer has made.',
    args: { input: t.arg({ type: CancelContactRequestInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { requestId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const ref = inputId('ContactRequest', requestId, 'requestId');
        await context.chat.contacts.cancel(viewer, ref);
        return { contactRequestId: formatId('ContactRequest', ref) };
      }),
  }),
);

const AnswerContactRequestInput = builder.inputType('AnswerContactRequestInput', {
  description: 'What to answer to which request.',
  fields: (t) => ({
    requestId: t.id({ required: true, description: 'A request to the viewer.' }),
    accept: t.boolean({ required: true, description: 'Whether to become contacts. Of a refusal the other side is not told.' }),
  }),
});

interface AnswerContactRequestShape extends CancelContactRequestShape {
  readonly contactEdge?: Edge<ContactShape> | null;
}

const AnswerContactRequestPayload = withErrors(
  builder.objectRef<AnswerContactRequestShape>('AnswerContactRequestPayload').implement({
    description: 'What came of answerContactRequest.',
    fields: (t) => ({
      contactRequestId: t.exposeID('contactRequestId', {
        nullable: true,
        description: 'The request that waits no longer; null if the answer was refused.',
      }),
      contactEdge: t.expose('contactEdge', {
        type: ContactEdge,
        nullable: true,
        description: 'The contact in the viewer’s list; null if the request was declined, or the answer refused.',
      }),
    }),
  }),
);

builder.mutationField('answerContactRequest', (t) =>
  t.field({
    type: AnswerContactRequestPayload,
    description: 'Accepts or declines a request to the viewer. Who asked is told of the one, and goes on to wait with the other.',
    args: { input: t.arg({ type: AnswerContactRequestInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { requestId, accept } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const ref = inputId('ContactRequest', requestId, 'requestId');
        const contact = await context.chat.contacts.answer(viewer, ref, { accept });
        return { contactRequestId: formatId('ContactRequest', ref), contactEdge: contact && contactEdge(contact) };
      }),
  }),
);
