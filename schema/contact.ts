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

/** Somebody the viewer knows. */
export const Contact = builder.objectRef<ContactShape>('Contact').implement({
  description: 'Somebody whom the viewer knows, by agreement of both. Each side has its own, which the other does not see.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id, the same if they become contacts again.', resolve: (ref) => formatId('Contact', ref) }),
    user: t.field({ type: User, description: 'Who.', resolve: ({ otherId }, _args, context) => presentUser(context, otherId) }),
    alias: t.exposeString('alias', { nullable: true, description: 'What the viewer calls them; null: by their own name.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When they became contacts.' }),
  }),
});

const ContactList = connectionOf<ContactShape>('Contact', {
  of: 'A contact',
  list: 'contacts',
  node: (t) => t.field({ type: Contact, description: 'The contact.', resolve: ({ node }) => node }),
});

/** A contact in the viewer's list. */
export const ContactEdge = ContactList.edge;

/** The edge under which `Viewer.contacts` lists a contact. */
export function contactEdge(contact: ContactShape): Edge<ContactShape> {
  return { node: contact, cursor: formatCursor('contact', contactKey(contact)) };
}

builder.objectField(Viewer, 'contacts', (t) =>
  t.field({
    type: ContactList.connection,
    description: 'Whom the viewer knows, newest first.',
    args: {
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
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
    description: 'The viewer’s contact that this user is; null: none.',
    resolve: ({ id: otherId }, _args, context) => context.scope.loaders.contacts.load({ userId: requireViewer(context).userId, otherId }),
  }),
);

const UpdateContactInput = builder.inputType('UpdateContactInput', {
  description: 'What to change about which contact: absent leaves it as it is, null clears it.',
  fields: (t) => ({
    contactId: t.id({ required: true, description: 'The contact.' }),
    alias: t.string({ description: 'What to call them, 1 to 64 characters; null: by their own name.' }),
  }),
});

interface UpdateContactShape extends Refusable {
  readonly contact?: ContactShape;
}

const UpdateContactPayload = withErrors(
  builder.objectRef<UpdateContactShape>('UpdateContactPayload').implement({
    description: 'What came of updateContact.',
    fields: (t) => ({
      contact: t.expose('contact', { type: Contact, nullable: true, description: 'The contact as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('updateContact', (t) =>
  t.field({
    type: UpdateContactPayload,
    description: 'Changes what the viewer calls a contact. Nobody else sees it.',
    args: { input: t.arg({ type: UpdateContactInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { contactId, alias } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { contact: await context.chat.contacts.update(viewer, inputId('Contact', contactId, 'contactId'), { alias }) };
      }),
  }),
);

const RemoveContactInput = builder.inputType('RemoveContactInput', {
  description: 'Whom to know no longer.',
  fields: (t) => ({ userId: t.id({ required: true, description: 'The other user.' }) }),
});

interface RemoveContactShape extends Refusable {
  readonly contactId?: string;
  readonly otherId?: bigint;
}

const RemoveContactPayload = withErrors(
  builder.objectRef<RemoveContactShape>('RemoveContactPayload').implement({
    description: 'What came of removeContact.',
    fields: (t) => ({
      contactId: t.exposeID('contactId', { nullable: true, description: 'The contact that has ended; null if it was refused.' }),
      user: t.field({
        type: User,
        nullable: true,
        description: 'Who is no contact any more; null if it was refused.',
        resolve: ({ otherId }, _args, context): Promise<UserShape> | undefined =>
          otherId === undefined ? undefined : presentUser(context, otherId),
      }),
    }),
  }),
);

builder.mutationField('removeContact', (t) =>
  t.field({
    type: RemoveContactPayload,
    description: 'Ends a contact, for both sides.',
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
