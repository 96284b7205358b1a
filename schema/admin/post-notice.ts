import type { InputShapeFromFields } from '@pothos/core';
import { ChatError } from '../../src/errors.ts';
import { type PostedNotice, type Recipient, requireRecipients } from '../../src/notice/index.ts';
import type { Refused } from '../errors.ts';
import { inputId, inputIds } from '../ids.ts';
import type { AdminContext } from './context.ts';
import { type InputBuilder, mutation, type PayloadBuilder } from './mutation.ts';
import { Notice } from './notice.ts';

interface Posted {
  readonly notice: PostedNotice | null;
}

function noticeFields(t: PayloadBuilder<Posted>) {
  return {
    notice: t.expose('notice', { type: Notice, nullable: true, description: 'The notice, or null if the mutation was refused.' }),
  };
}

function postFields(t: InputBuilder) {
  return {
    title: t.string({ required: true, description: 'The title of the notice: one line of 1 to 200 characters.' }),
    body: t.string({
      required: true,
      description: 'The text of the notice: plain text of 1 to 8,000 characters, which may have line breaks.',
    }),
    to: t.idList({ description: 'The global IDs of the recipients, at most 1,000.' }),
    toHandles: t.stringList({ description: 'The handles of the recipients, at most 1,000.' }),
    toAll: t.boolean({ description: 'If true, the notice is for everyone who has signed up by the time it is posted.' }),
    at: t.field({
      type: 'DateTime',
      description: 'When to post the notice, at most a year from now. If null or in the past, it is posted at once.',
    }),
    clientNoticeId: t.string({
      description:
        'An idempotency key of 1 to 64 printable ASCII characters. A repeated request of the same admin with the same key returns the first notice, so that nobody gets it twice. Refused with CONFLICT if the key was used for another title, text or time, or for other users.',
    }),
  };
}

type PostNotice = InputShapeFromFields<ReturnType<typeof postFields>>;

/** The recipients and the input field that names them, or the errors for malformed ids. */
type Recipients =
  | { readonly field: string; readonly to: 'ALL' | readonly Recipient[] }
  | { readonly field: string; readonly errors: readonly ChatError[] };

function recipientsOf({ to, toHandles, toAll }: PostNotice): Recipients {
  const given = [...(to ? ['to'] : []), ...(toHandles ? ['toHandles'] : []), ...(toAll ? ['toAll'] : [])];
  const [field] = given;
  if (field === undefined || given.length > 1) {
    throw new ChatError('INVALID_INPUT', 'Provide exactly one of to, toHandles and toAll.', { field: [given[1] ?? 'to'] });
  }
  if (toAll) return { field, to: 'ALL' };
  requireRecipients(field, toHandles ?? to ?? []);
  if (toHandles) return { field, to: toHandles.map((handle) => ({ handle })) };
  const { keys, errors } = inputIds('User', to ?? [], field);
  return errors.length > 0 ? { field, errors } : { field, to: keys.map((userId) => ({ userId })) };
}

async function post(input: PostNotice, { chat, viewer, note }: AdminContext): Promise<Posted & Refused> {
  const { field, ...recipients } = recipientsOf(input);
  if ('errors' in recipients) return { notice: null, errors: recipients.errors };
  const { title, body, at, clientNoticeId } = input;
  const { notice, errors } = await chat.notices.post(viewer.userId, { title, body, to: recipients.to, at, clientNoticeId });
  if (notice !== null) note({ target: `Notice:${notice.id}`, after: { state: notice.state, postAt: notice.postAt } });
  return { notice, errors: errors.map((error) => underField(error, field)) };
}

/** Moves an error to the field that the client used, because the module has a single list of recipients. */
function underField({ code, message, field: [, ...rest] = [] }: ChatError, field: string): ChatError {
  return new ChatError(code, message, { field: [field, ...rest] });
}

mutation('postNotice', {
  description: 'Posts a notice to users, at once or later. Those who are connected get it live, the others when they come back.',
  inputDescription: 'The notice to post. Give exactly one of `to`, `toHandles` and `toAll`.',
  input: postFields,
  act: post,
  payloadDescription: 'The payload of `postNotice`. The notice is posted to all recipients that were given, or to none.',
  payload: noticeFields,
});

mutation('revokeNotice', {
  description:
    'Revokes a notice. A scheduled notice is never posted. A posted notice is no longer shown, and those who had it are told. Repeating it has no further effect.',
  inputDescription: 'The notice to revoke.',
  input: (t) => ({ id: t.id({ required: true, description: 'The global ID of the notice.' }) }),
  async act({ id }, { chat, note }) {
    const notice = await chat.notices.revoke(inputId('Notice', id, 'id'));
    note({ after: { state: notice.state, postedAt: notice.postedAt, revokedAt: notice.revokedAt } });
    return { notice };
  },
  payload: noticeFields,
});
