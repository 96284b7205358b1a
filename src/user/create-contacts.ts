import type { Contacts } from './contact.ts';
import { removeContact, updateContact } from './contact-change.ts';
import { countRequests, listContacts, listRequests } from './contact-list.ts';
import { answerRequest, cancelRequest, requestContact } from './contact-request.ts';
import { contactOf, isContact, readContacts, readSeenRequests } from './contact-store.ts';
import type { UserParts } from './parts.ts';

/** Makes the part that knows who knows whom. */
export function createContacts(parts: Pick<UserParts, 'db' | 'log'>): Contacts {
  const { client } = parts.db;
  return {
    request: (viewer, options) => requestContact(parts, viewer, options),
    cancel: (viewer, ref) => cancelRequest(parts, viewer, ref),
    answer: (viewer, ref, { accept }) => answerRequest(parts, viewer, { ref, accept }),
    update: (viewer, ref, { alias }) => updateContact(parts, viewer, { ref, alias }),
    remove: (viewer, options) => removeContact(parts, viewer, options),
    list: (viewer, page) => listContacts(client, viewer, page),
    requests: (viewer, page) => listRequests(client, viewer, page),
    countRequests: (viewer, direction) => countRequests(client, viewer, direction),
    async byRefs(refs) {
      const rows = await readContacts(client, refs);
      return rows.map((row) => (isContact(row) ? contactOf(row) : null));
    },
    seenRequests: (views) => readSeenRequests(client, views),
  };
}
