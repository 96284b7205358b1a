import { answerRequest, cancelRequest } from './answer.ts';
import { removeContact, updateContact } from './change.ts';
import type { Contacts } from './contact.ts';
import { eraseContacts } from './erase.ts';
import { expireRequest } from './expiry.ts';
import { countRequests, listContacts, listRequests } from './list.ts';
import type { ContactParts } from './parts.ts';
import { createRequestContact } from './request.ts';
import { clearFirstMessage, contactOf, isContact, readContacts, readRequests, readSeenRequests } from './store.ts';

/** Creates the part that manages contacts and contact requests. */
export function createContacts(parts: ContactParts): Contacts {
  const { client } = parts.db;
  return {
    request: createRequestContact(parts),
    cancel: (viewer, ref) => cancelRequest(parts, viewer, ref),
    answer: (viewer, ref, { accept }) => answerRequest(parts, viewer, { ref, accept }),
    update: (viewer, ref, { alias }) => updateContact(parts, viewer, { ref, alias }),
    remove: (viewer, options) => removeContact(parts, viewer, options),
    expire: (ref) => expireRequest(parts, ref),
    async firstMessage(ref) {
      const [row] = await readRequests(client, [ref]);
      if (row?.fromState !== 'ACCEPTED' || row.message === null) return null;
      return { text: row.message, clientMessageId: `contact-request-${row.createdAt.getTime()}-${ref.toId}`, askedAt: row.createdAt };
    },
    clearFirstMessage: (ref, { askedAt }) => parts.db.transaction((tx) => clearFirstMessage(tx, { ...ref, createdAt: askedAt })),
    eraseAll: (userId, signal) => eraseContacts(parts, userId, signal),
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
