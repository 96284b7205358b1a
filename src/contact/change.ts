import { ChatError } from '../errors.ts';
import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { lockPair } from './block-store.ts';
import type { Contact, ContactRef, Contacts } from './contact.ts';
import { contactChanged } from './entries.ts';
import { contactRow } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { requireAlias } from './shape.ts';
import { contactOf, endContacts, isContact, setAlias } from './store.ts';

type Parts = Pick<ContactParts, 'db' | 'log'>;

/**
 * Changes the viewer's alias for a contact, which only they see. A change without effect writes no entry. Throws the errors that
 * Contacts.update names.
 */
export async function updateContact(
  { log }: Parts,
  viewer: Viewer,
  { ref, ...change }: { readonly ref: ContactRef } & Parameters<Contacts['update']>[2],
): Promise<Contact> {
  const { userId, otherId } = ref;
  const absent = new ChatError('NOT_FOUND', 'Contact not found.', { field: ['contactId'] });
  if (userId !== viewer.userId || userId === otherId) throw absent;
  const alias = change.alias === undefined ? undefined : requireAlias(change.alias);
  return log.append<Contact>({
    lock: [userId, otherId],
    async decide(inside): Promise<Verdict<Contact>> {
      const row = await inside.read(contactRow, ref);
      if (!isContact(row)) throw absent;
      const before = contactOf(row);
      if (alias === undefined || alias === before.alias) return { result: () => before };
      const after = { ...before, alias };
      return {
        entries: () => [contactChanged(userId, userId, otherId)],
        write: (tx) => setAlias(tx, after),
        result: () => after,
      };
    },
  });
}

/** Ends a contact for both sides. Repeating it has no effect. Throws the errors that Contacts.remove names. */
export async function removeContact({ db, log }: Parts, viewer: Viewer, { userId: otherId }: { readonly userId: bigint }): Promise<void> {
  const { userId } = viewer;
  const absent = new ChatError('NOT_FOUND', 'This user is not one of your contacts.', { field: ['userId'] });
  if (userId === otherId) throw absent;
  return log.append<void>({
    lock: [userId, otherId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(contactRow, { userId, otherId });
      if (row === null) throw absent;
      if (!isContact(row)) return { result: () => undefined };
      // Whether the two may send messages to each other can depend on the contact.
      await lockPair(inside, db, { userId, otherId });
      return {
        entries: () => [contactChanged(userId, userId, otherId), contactChanged(otherId, userId, userId)],
        write: (tx) => endContacts(tx, userId, otherId),
        result: () => undefined,
      };
    },
  });
}
