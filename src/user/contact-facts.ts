import type { Fact } from '../log/index.ts';
import type { ContactRef, ContactRequestRef } from './contact.ts';
import { type ContactRequestRow, type ContactRow, contactRefKey, readContacts, readRequests, requestRefKey } from './contact-store.ts';

/** One side of a contact, in any state. Governed by its user's account stream; both are locked where both sides change. */
export const contactRow: Fact<ContactRef, ContactRow | null> = { name: 'contact', key: contactRefKey, read: readContacts };

/** A request, whatever became of it. Governed by the account streams of the two. */
export const requestRow: Fact<ContactRequestRef, ContactRequestRow | null> = {
  name: 'contact request',
  key: requestRefKey,
  read: readRequests,
};

/** How many requests of a user wait, in their eyes. Governed by their account stream. */
export const waitingCount: Fact<bigint, number> = {
  name: 'waiting requests',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((fromId) => tx.contactRequest.count({ where: { fromId, fromState: 'PENDING' } }))),
};
