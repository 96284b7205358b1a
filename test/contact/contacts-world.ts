import { expect } from 'vitest';
import {
  type Blocks,
  type Contact,
  type ContactParts,
  type Contacts,
  createBlocks,
  createContacts,
  type RequestDirection,
} from '../../src/contact/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { Entry, Log } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { usersOn } from '../user/users-world.ts';

/** Contacts on a database, with test users and access to what is stored. */
export interface ContactsWorld {
  readonly db: Db;
  readonly log: Log;
  readonly contacts: Contacts;
  readonly blocks: Blocks;
  /** The same with other limits. */
  with(config: Partial<ContactParts['config']>): { readonly contacts: Contacts; readonly blocks: Blocks };
  /** Makes three users. */
  people(): Promise<readonly [Viewer, Viewer, Viewer]>;
  /** Makes two users contacts. */
  befriend(one: Viewer, other: Viewer): Promise<Contact>;
  /** What a user sees, as ids: contacts, senders of incoming requests, recipients of outgoing requests. */
  shown(viewer: Viewer): Promise<{
    readonly contacts: readonly bigint[];
    readonly incoming: readonly bigint[];
    readonly outgoing: readonly bigint[];
  }>;
  /** Resolves when the database's clock shows a later ms than at the call. */
  tick(): Promise<void>;
  /** The entries about contacts and blocks on an account, oldest first. */
  told(viewer: Viewer): Promise<readonly Pick<Entry, 'type' | 'data' | 'actorId'>[]>;
}

const config = { contactRequestDays: 30, contactRequestsPerDay: 1_000, maxContactRequests: 500, maxBlocks: 100, maxMessageLength: 100 };

/** Creates the contacts module on a database. */
export function contactsOn(db: Db): ContactsWorld {
  const { log, newcomer } = usersOn(db);
  const blockEffects = { begin: async () => undefined, end: async () => [] };

  function make(changed: Partial<ContactParts['config']> = {}) {
    const parts = { db, log, limits: createMemoryLimits(), config: { ...config, ...changed }, blockEffects };
    return { contacts: createContacts(parts), blocks: createBlocks(parts) };
  }
  const { contacts, blocks } = make();

  async function person(): Promise<Viewer> {
    return (await newcomer()).viewer;
  }

  async function befriend(one: Viewer, other: Viewer): Promise<Contact> {
    await contacts.request(one, { userId: other.userId });
    const { contact } = await contacts.request(other, { userId: one.userId });
    if (contact === null) throw new Error('each has asked the other');
    return contact;
  }

  async function waiting(viewer: Viewer, direction: RequestDirection): Promise<readonly bigint[]> {
    const { items } = await contacts.requests(viewer, { direction, first: 100 });
    return items.map(({ request }) => (direction === 'INCOMING' ? request.fromId : request.toId));
  }

  return {
    ...{ db, log, contacts, blocks, befriend, with: make },
    async tick() {
      const start = await db.now();
      await expect.poll(async () => (await db.now()).getTime(), { interval: 1 }).toBeGreaterThan(start.getTime());
    },
    people: async () => [await person(), await person(), await person()],
    async shown(viewer) {
      const { items } = await contacts.list(viewer, { first: 100 });
      return {
        contacts: items.map(({ contact }) => contact.otherId),
        incoming: await waiting(viewer, 'INCOMING'),
        outgoing: await waiting(viewer, 'OUTGOING'),
      };
    },
    async told({ userId }) {
      const { entries } = await log.read(userId, { after: 0, limit: 1_000 });
      return entries
        .filter(({ type }) => type.startsWith('Contact') || type === 'BlockChanged')
        .map(({ type, data, actorId }) => ({ type, data, actorId }));
    },
  };
}
