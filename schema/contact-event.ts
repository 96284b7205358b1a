import type { KnownEntry } from '../src/log/index.ts';
import type { ContactRequest as ContactRequestShape, Contact as ContactShape } from '../src/user/index.ts';
import { AccountEvent } from './account-event.ts';
import type { Edge } from './connection.ts';
import { Contact, ContactEdge, contactEdge } from './contact.ts';
import { ContactRequestEdge, contactRequestEdge } from './contact-request.ts';
import type { Context } from './context.ts';
import { Event, LogEvent, type Logged, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { User } from './user.ts';

const { ContactRequestSent, ContactRequestReceived, ContactRequestWithdrawn, ContactRequestClosed, ContactChanged } = loggedTypes;
type RequestEntry = KnownEntry<'ContactRequestSent' | 'ContactRequestReceived' | 'ContactRequestWithdrawn' | 'ContactRequestClosed'>;

const interfaces = [AccountEvent, LogEvent, Event];

/** The request in the list of the account's user, as long as it waits in their eyes. An account's stream is named by its user. */
async function edgeOf({ entry }: Logged<RequestEntry>, { scope }: Context): Promise<Edge<ContactRequestShape> | null> {
  const { streamId: userId, data } = entry;
  const request = await scope.loaders.contactRequests.load({ userId, ...data });
  return request && contactRequestEdge(request, userId);
}

function otherOf({ entry: { streamId, data } }: Logged<RequestEntry>): bigint {
  return data.fromId === streamId ? data.toId : data.fromId;
}

ContactRequestSent.implement({
  description: 'The viewer has asked somebody to become a contact, on whichever device.',
  interfaces,
  fields: (t) => ({
    contactRequestEdge: t.field({
      type: ContactRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the list of those that the viewer has made; null once it does not wait any more.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

ContactRequestReceived.implement({
  description: 'Somebody asks the viewer to become a contact.',
  interfaces,
  fields: (t) => ({
    contactRequestEdge: t.field({
      type: ContactRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the list of those to the viewer; null once it does not wait any more.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

ContactRequestWithdrawn.implement({
  description: 'Somebody who asked the viewer to become a contact has taken it back: the request is gone.',
  interfaces,
  fields: (t) => ({
    contactRequestId: t.id({ description: 'Which one.', resolve: ({ entry }) => formatId('ContactRequest', entry.data) }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'Who asked; null once their account is erased.',
      resolve: (event, _args, { scope }) => scope.loaders.users.load(otherOf(event)),
    }),
  }),
});

ContactRequestClosed.implement({
  description:
    'A request does not wait any more for the viewer: it was accepted, of which both sides are told; or they have declined it or taken it back, on whichever device.',
  interfaces,
  fields: (t) => ({
    contactRequestId: t.id({ description: 'Which one.', resolve: ({ entry }) => formatId('ContactRequest', entry.data) }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The other one; null once their account is erased.',
      resolve: (event, _args, { scope }) => scope.loaders.users.load(otherOf(event)),
    }),
    contactEdge: t.field({
      type: ContactEdge,
      nullable: true,
      description: 'The contact that came of it, with its cursor in the viewer’s list; null if none did, or none is left.',
      async resolve(event, _args, { scope }): Promise<Edge<ContactShape> | null> {
        const contact = await scope.loaders.contacts.load({ userId: event.entry.streamId, otherId: otherOf(event) });
        return contact && contactEdge(contact);
      },
    }),
  }),
});

ContactChanged.implement({
  description: 'The viewer calls a contact by another name, or one of the two has ended it.',
  interfaces,
  fields: (t) => ({
    contactId: t.id({
      description: 'Which one.',
      resolve: ({ entry: { streamId: userId, data } }) => formatId('Contact', { userId, otherId: data.otherId }),
    }),
    contact: t.field({
      type: Contact,
      nullable: true,
      description: 'The contact as it stands; null: it has ended.',
      resolve: ({ entry: { streamId: userId, data } }, _args, { scope }) => scope.loaders.contacts.load({ userId, otherId: data.otherId }),
    }),
  }),
});
