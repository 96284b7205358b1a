import { type Contact as ContactShape, contactKey, type User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Node, presentUser } from './node.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

/** A contact of the viewer. */
export const Contact = builder.objectRef<ContactShape>('Contact').implement({
  description:
    'A user whom the viewer knows, by mutual agreement. Each of the two users has their own contact, which the other cannot see.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'The global ID. It is the same if the two become contacts again.',
      resolve: (ref) => formatId('Contact', ref),
    }),
    user: t.field({
      type: User,
      description: 'The user who is the contact.',
      resolve: ({ otherId }, _args, context) => presentUser(context, otherId),
    }),
    alias: t.exposeString('alias', { nullable: true, description: 'The viewer’s name for the user, or null to show the user’s own name.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When the two became contacts.' }),
  }),
});

const ContactList = connectionOf<ContactShape>('Contact', {
  of: 'A contact',
  list: 'contacts',
  node: (t) => t.field({ type: Contact, description: 'The contact.', resolve: ({ node }) => node }),
});

/** A contact in the viewer's list. */
export const ContactEdge = ContactList.edge;

/** Returns the edge of a contact in `Viewer.contacts`. */
export function contactEdge(contact: ContactShape): Edge<ContactShape> {
  return { node: contact, cursor: formatCursor('contact', contactKey(contact)) };
}

builder.objectField(Viewer, 'contacts', (t) =>
  t.field({
    type: ContactList.connection,
    description: 'The viewer’s contacts, newest first.',
    args: {
      first: t.arg.int({ description: 'The number of items to return, from 1 to 100. Defaults to 50.' }),
      after: t.arg.string({ description: 'Returns the items after this cursor.' }),
    },
    resolve: (viewer, args, { chat, scope }) =>
      forwardConnection(args, {
        order: 'contact',
        read: (page) => scope.loaders.ownPage(`contacts ${page.first} ${page.after}`, () => chat.contacts.list(viewer, page)),
        node: ({ contact }) => contact,
      }),
  }),
);

builder.objectField(User, 'viewerContact', (t) =>
  t.field({
    type: Contact,
    nullable: true,
    description: 'The viewer’s contact with this user, or null if the two are not contacts.',
    resolve: ({ id: otherId }, _args, context) => context.scope.loaders.contacts.load({ userId: requireViewer(context).userId, otherId }),
  }),
);

const UpdateContactInput = builder.inputType('UpdateContactInput', {
  description: 'The input of `updateContact`. Omitted fields keep their values; null clears them.',
  fields: (t) => ({
    contactId: t.id({ required: true, description: 'The ID of the contact.' }),
    alias: t.string({ description: 'The viewer’s name for the user, from 1 to 64 characters. Null shows the user’s own name.' }),
  }),
});

interface UpdateContactShape extends Refusable {
  readonly contact?: ContactShape;
}

const UpdateContactPayload = withErrors(
  builder.objectRef<UpdateContactShape>('UpdateContactPayload').implement({
    description: 'The payload of `updateContact`.',
    fields: (t) => ({
      contact: t.expose('contact', {
        type: Contact,
        nullable: true,
        description: 'The contact in its current state, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('updateContact', (t) =>
  t.field({
    type: UpdateContactPayload,
    description: 'Changes the viewer’s alias for a contact. Nobody else sees it.',
    args: { input: t.arg({ type: UpdateContactInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { contactId, alias } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { contact: await context.chat.contacts.update(viewer, inputId('Contact', contactId, 'contactId'), { alias }) };
      }),
  }),
);

const RemoveContactInput = builder.inputType('RemoveContactInput', {
  description: 'The input of `removeContact`.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The ID of the other user.' }) }),
});

interface RemoveContactShape extends Refusable {
  readonly contactId?: string;
  readonly otherId?: bigint;
}

const RemoveContactPayload = withErrors(
  builder.objectRef<RemoveContactShape>('RemoveContactPayload').implement({
    description: 'The payload of `removeContact`.',
    fields: (t) => ({
      contactId: t.exposeID('contactId', {
        nullable: true,
        description: 'The ID of the ended contact, or null if the mutation was refused.',
      }),
      user: t.field({
        type: User,
        nullable: true,
        description: 'The user who is no longer a contact, or null if the mutation was refused.',
        resolve: ({ otherId }, _args, context): Promise<UserShape> | undefined =>
          otherId === undefined ? undefined : presentUser(context, otherId),
      }),
    }),
  }),
);

builder.mutationField('removeContact', (t) =>
  t.field({
    type: RemoveContactPayload,
    description: 'Ends a contact for both users.',
    args: { input: t.arg({ type: RemoveContactInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const otherId = inputId('User', input.userId, 'userId');
        await context.chat.contacts.remove(viewer, { userId: otherId });
        return { otherId, contactId: formatId('Contact', { userId: viewer.userId, otherId }) };
      }),
  }),
);
