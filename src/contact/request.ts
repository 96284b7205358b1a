import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { accountGone, userRow, type Viewer } from '../user/index.ts';
import { type AllowedText, allowAll, putFlag, requireAllowedText } from '../words/index.ts';
import { addressingError } from './addressing.ts';
import { accept, leaveFirstMessage } from './answer.ts';
import { blockRow, isBlock } from './block-store.ts';
import type { ContactRequest, ContactRequestRef, Contacts, Requested } from './contact.ts';
import { requestReceived, requestSent } from './entries.ts';
import { leaveExpiry, overAtOf } from './expiry.ts';
import { contactRow, requestRow, waitingCount } from './facts.ts';
import type { ContactParts } from './parts.ts';
import { requireFirstMessage, requireNote } from './shape.ts';
import { type ContactRequestRow, isContact, putRequest, readRequests, requestOf } from './store.ts';

const secondsADay = 86_400;

/** A request that is to be sent. */
interface Asking extends ContactRequestRef {
  readonly note: string | null;
  readonly message: string | null;
  /** Note and message, as the lists of blocked words allow them. */
  readonly said: readonly AllowedText[];
}

/** Creates the function that sends contact requests, limited per day. Throws the errors that Contacts.request names. */
export function createRequestContact({ db, log, limits, config, screen = allowAll }: ContactParts): Contacts['request'] {
  const throttle = limits.limit({ name: 'contact-request', points: () => config.contactRequestsPerDay, windowSeconds: secondsADay });

  function requireAsking({ userId: fromId }: Viewer, { userId: toId, ...words }: Parameters<Contacts['request']>[1]): Asking {
    if (fromId === toId) throw new ChatError('INVALID_INPUT', 'You cannot add yourself as a contact.', { field: ['userId'] });
    const [note, message] = [requireNote(words.note), requireFirstMessage(words.message, config.maxMessageLength)];
    const noted = note === null ? null : requireAllowedText(screen.checkText(note, 'note'));
    const saidFirst = message === null ? null : requireAllowedText(screen.checkText(message, 'message'));
    const said = [noted, saidFirst].filter((one) => one !== null);
    return { fromId, toId, note: noted?.text ?? null, message: saidFirst?.text ?? null, said };
  }

  return async (viewer, options) => {
    const asking = requireAsking(viewer, options);
    const key = String(asking.fromId);
    const retryAfterMs = await throttle.take(key);
    if (retryAfterMs !== null) {
      // A pending request was counted when it was sent. A client that repeats it because the answer was lost does not send another one.
      const [asked] = await readRequests(db.client, [asking]);
      if (asked?.fromState === 'PENDING') return { request: requestOf(asked), contact: null };
      throw new ChatError('RATE_LIMITED', 'You have sent too many contact requests today. Try again later.', { retryAfterMs });
    }
    let isNew = false;
    try {
      return await log.append<Requested>({
        lock: [asking.fromId, asking.toId],
        async decide(inside) {
          const verdict = flagging(await decide(inside, asking, config), asking);
          isNew = verdict.entries !== undefined;
          return verdict;
        },
      });
    } finally {
      // A request that was refused, or was already pending, does not count.
      if (!isNew) await throttle.giveBack(key);
    }
  };
}

/** Adds to a verdict that blocked words in the note and message put the sender in the queue. */
function flagging({ write, ...verdict }: Verdict<Requested>, { fromId, said }: Asking): Verdict<Requested> {
  if (write === undefined) return verdict;
  return {
    ...verdict,
    async write(tx, placed) {
      await write(tx, placed);
      await putFlag(tx, { target: { kind: 'USER', userId: fromId }, said, at: placed.at });
    },
  };
}

async function decide(inside: Inside, asking: Asking, config: ContactParts['config']): Promise<Verdict<Requested>> {
  const { fromId, toId } = asking;
  const field = ['userId'];
  const [own, other, contact, asked, askedBack, blocks, isBlocked, waiting] = await Promise.all([
    inside.read(userRow, fromId),
    inside.read(userRow, toId),
    inside.read(contactRow, { userId: fromId, otherId: toId }),
    inside.read(requestRow, { fromId, toId }),
    inside.read(requestRow, { fromId: toId, toId: fromId }),
    inside.read(blockRow, { userId: fromId, otherId: toId }),
    inside.read(blockRow, { userId: toId, otherId: fromId }),
    inside.read(waitingCount, fromId),
  ]);
  // The requests of an erased account are ended by a job, which may be done by now.
  if (own?.state !== 'ACTIVE') throw accountGone();
  if (other?.state !== 'ACTIVE') throw new ChatError('NOT_FOUND', 'User not found.', { field });
  if (isBlock(blocks)) throw addressingError('BLOCKED', ...field);
  if (isContact(contact)) throw new ChatError('CONFLICT', 'This user is already one of your contacts.', { field });
  if (asked?.fromState === 'PENDING') return { result: () => ({ request: requestOf(asked), contact: null }) };
  // Also if the viewer had declined it: the other user's request is pending until it is withdrawn, and now both want the same.
  if (askedBack?.fromState === 'PENDING' && !isBlock(isBlocked)) return meet(askedBack, asking);
  if (waiting >= config.maxContactRequests) {
    throw new ChatError('LIMIT_REACHED', `You can have at most ${config.maxContactRequests} pending contact requests. Cancel some first.`, {
      field,
    });
  }
  return ask(asking, { reaches: !isBlock(isBlocked), config });
}

/** A blocked user sends a request like anybody else, and it stays pending. The other user never sees it. */
function ask(
  { fromId, toId, note, message }: Asking,
  { reaches, config }: { readonly reaches: boolean; readonly config: ContactParts['config'] },
): Verdict<Requested> {
  const ref = { fromId, toId };
  function asOf(createdAt: Date): ContactRequest {
    return { ...ref, note, message, createdAt };
  }
  return {
    entries: () => (reaches ? [requestSent(ref), requestReceived(ref)] : [requestSent(ref)]),
    async write(tx, { at }) {
      await putRequest(tx, asOf(at), { fromState: 'PENDING', toState: reaches ? 'PENDING' : 'BLOCKED' });
      await leaveExpiry(tx, ref, overAtOf({ createdAt: at }, config));
    },
    result: ({ at }) => ({ request: asOf(at), contact: null }),
  };
}

/** Returns the verdict for two users who have asked each other: the first messages of both are sent. */
function meet(askedBack: ContactRequestRow, { fromId, toId, note, message }: Asking): Verdict<Requested> {
  const { result, write, ...accepting } = accept(askedBack, fromId);
  return {
    ...accepting,
    async write(tx, placed) {
      await write?.(tx, placed);
      if (message === null) return;
      await putRequest(tx, { fromId, toId, note, message, createdAt: placed.at }, { fromState: 'ACCEPTED', toState: 'ACCEPTED' });
      await leaveFirstMessage(tx, { fromId, toId }, placed.at);
    },
    result: (placed) => ({ request: null, contact: result(placed) }),
  };
}
