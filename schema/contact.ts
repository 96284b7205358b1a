import { type Contact as ContactShape, contactKey } from '../src/contact/index.ts';
import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { connectionOf, type Edge, forwardArgs, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { formatCursor } from './cursors.ts';
import { formatId, inputId } from './ids.ts';
import { mutation } from './mutation.ts';
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
    args: forwardArgs(),
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

mutation('updateContact', {
  description: 'Changes the viewer’s alias for a contact. Nobody else sees it.',
  inputDescription: 'The input of `updateContact`. Omitted fields keep their values; null clears them.',
  input: (t) => ({
    contactId: t.id({ required: true, description: 'The ID of the contact.' }),
    alias: t.string({ description: 'The viewer’s name for the user, from 1 to 64 characters. Null shows the user’s own name.' }),
  }),
  async act(viewer, { contactId, alias }, { chat }) {
    return { contact: await chat.contacts.update(viewer, inputId('Contact', contactId, 'contactId'), { alias }) };
  },
  payload: (t) => ({
    contact: t.expose('contact', {
      type: Contact,
      nullable: true,
      description: 'The contact in its current state, or null if the mutation was refused.',
    }),
  }),
});

mutation('removeContact', {
  description: 'Ends a contact for both users.',
  input: (t) => ({ userId: t.id({ required: true, description: 'The ID of the other user.' }) }),
  async act(viewer, input, { chat }) {
    const otherId = inputId('User', input.userId, 'userId');
    await chat.contacts.remove(viewer, { userId: otherId });
    return { otherId, contactId: formatId('Contact', { userId: viewer.userId, otherId }) };
  },
  payload: (t) => ({
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
});
