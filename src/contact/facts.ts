import type { Fact } from '../log/index.ts';
import type { ContactRef, ContactRequestRef } from './contact.ts';
import { type ContactRequestRow, type ContactRow, contactRefKey, readContacts, readRequests, requestRefKey } from './store.ts';

/** One side of a contact, in any state. Governed by its user's account stream. Both streams are locked where both sides change. */
export const contactRow: Fact<ContactRef, ContactRow | null> = { name: 'contact', key: contactRefKey, read: readContacts };

/** A request, in any state. Governed by the account streams of both users. */
export const requestRow: Fact<ContactRequestRef, ContactRequestRow | null> = {
  name: 'contact request',
  key: requestRefKey,
  read: readRequests,
};

/** How many requests of a user are pending as that user sees them. Governed by the account stream. */
export const waitingCount: Fact<bigint, number> = {
  name: 'waiting requests',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((fromId) => tx.contactRequest.count({ where: { fromId, fromState: 'PENDING' } }))),
};
