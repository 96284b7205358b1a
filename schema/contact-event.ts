import type { ContactRequest as ContactRequestShape, Contact as ContactShape } from '../src/contact/index.ts';
import type { KnownEntry } from '../src/log/index.ts';
import type { User as UserShape } from '../src/user/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import type { Edge } from './connection.ts';
import { Contact, ContactEdge, contactEdge } from './contact.ts';
import { ContactRequestEdge, contactRequestEdge } from './contact-request.ts';
import type { Context } from './context.ts';
import { type Logged, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { User } from './user.ts';

const { ContactRequestSent, ContactRequestReceived, ContactRequestWithdrawn, ContactRequestClosed, ContactChanged } = loggedTypes;
type RequestEntry = KnownEntry<'ContactRequestSent' | 'ContactRequestReceived' | 'ContactRequestWithdrawn' | 'ContactRequestClosed'>;

/**
 * Returns the edge of the request in the list of the account's user, while the request is pending for that user. The id of an account's
 * stream is the user's id.
 */
async function edge({ entry }: Logged<RequestEntry>, _args: object, { scope }: Context): Promise<Edge<ContactRequestShape> | null> {
  const { streamId: userId, data } = entry;
  const request = await scope.loaders.contactRequests.load({ userId, ...data });
  return request && contactRequestEdge(request, userId);
}

function otherOf({ entry: { streamId, data } }: Logged<RequestEntry>): bigint {
  return data.fromId === streamId ? data.toId : data.fromId;
}

function requestId({ entry }: Logged<RequestEntry>): string {
  return formatId('ContactRequest', entry.data);
}

function other(event: Logged<RequestEntry>, _args: object, { scope }: Context): Promise<UserShape | null> {
  return scope.loaders.users.load(otherOf(event));
}

ContactRequestSent.implement({
  description: 'The viewer sent a contact request, on any of their devices.',
  interfaces,
  fields: (t) => ({
    contactRequestEdge: t.field({
      type: ContactRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the viewer’s list of outgoing requests, or null once it is no longer pending.',
      resolve: edge,
    }),
  }),
});

ContactRequestReceived.implement({
  description: 'The viewer received a contact request.',
  interfaces,
  fields: (t) => ({
    contactRequestEdge: t.field({
      type: ContactRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the viewer’s list of incoming requests, or null once it is no longer pending.',
      resolve: edge,
    }),
  }),
});

ContactRequestWithdrawn.implement({
  description: 'A contact request to the viewer was cancelled or has expired. It no longer exists.',
  interfaces,
  fields: (t) => ({
    contactRequestId: t.id({ description: 'The ID of the contact request.', resolve: requestId }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The user who sent the request, or null once their account has been erased.',
      resolve: other,
    }),
  }),
});

ContactRequestClosed.implement({
  description:
    'A contact request by or to the viewer is no longer pending. Both users receive this event when the request is accepted. Otherwise only the viewer receives it: when they decline or cancel the request on any device or block the other user, or when their own request expires or the other user’s account is erased.',
  interfaces,
  fields: (t) => ({
    contactRequestId: t.id({ description: 'The ID of the contact request.', resolve: requestId }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The other user, or null once their account has been erased.',
      resolve: other,
    }),
    contactEdge: t.field({
      type: ContactEdge,
      nullable: true,
      description: 'The contact that resulted, with its cursor in `Viewer.contacts`, or null if there was none or it has ended since.',
      async resolve(event, _args, { scope }): Promise<Edge<ContactShape> | null> {
        const contact = await scope.loaders.contacts.load({ userId: event.entry.streamId, otherId: otherOf(event) });
        return contact && contactEdge(contact);
      },
    }),
  }),
});

ContactChanged.implement({
  description: 'The viewer changed the alias of a contact, or one of the two users ended the contact.',
  interfaces,
  fields: (t) => ({
    contactId: t.id({
      description: 'The ID of the contact.',
      resolve: ({ entry: { streamId: userId, data } }) => formatId('Contact', { userId, otherId: data.otherId }),
    }),
    contact: t.field({
      type: Contact,
      nullable: true,
      description: 'The contact in its current state, or null if it has ended.',
      resolve: ({ entry: { streamId: userId, data } }, _args, { scope }) => scope.loaders.contacts.load({ userId, otherId: data.otherId }),
    }),
  }),
});
