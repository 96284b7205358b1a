import { ChatError } from '../../src/errors.ts';
import { type PostedNotice, type Recipient, requireRecipients } from '../../src/notice/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { inputId, inputIds } from '../ids.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { Notice } from './notice.ts';

interface NoticeShape extends Refusable {
  readonly notice?: PostedNotice | null;
}

function noticePayload(name: string, description: string) {
  return withErrors(
    builder.objectRef<NoticeShape>(name).implement({
      description,
      fields: (t) => ({
        notice: t.expose('notice', { type: Notice, nullable: true, description: 'The notice, or null if the mutation was refused.' }),
      }),
    }),
  );
}

const PostNoticeInput = builder.inputType('PostNoticeInput', {
  description: 'The notice to post. Give exactly one of `to`, `toHandles` and `toAll`.',
  fields: (t) => ({
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
  }),
});

type PostNotice = typeof PostNoticeInput.$inferInput;

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

async function post({ chat, viewer, note }: AdminContext, input: PostNotice): Promise<NoticeShape> {
  const { field, ...recipients } = recipientsOf(input);
  if ('errors' in recipients) return { errors: recipients.errors };
  const { title, body, at, clientNoticeId } = input;
  const { notice, errors } = await chat.notices.post(viewer.userId, { title, body, to: recipients.to, at, clientNoticeId });
  if (notice !== null) note({ target: `Notice:${notice.id}`, after: { state: notice.state, postAt: notice.postAt } });
  return { notice, errors: errors.map((error) => underField(error, field)) };
}

/** Moves an error to the field that the client used, because the module has a single list of recipients. */
function underField({ code, message, field: [, ...rest] = [] }: ChatError, field: string): ChatError {
  return new ChatError(code, message, { field: [field, ...rest] });
}

builder.mutationField('postNotice', (t) =>
  t.field({
    type: noticePayload(
      'PostNoticePayload',
      'The payload of `postNotice`. The notice is posted to all recipients that were given, or to none.',
    ),
    description: 'Posts a notice to users, at once or later. Those who are connected get it live, the others when they come back.',
    args: { input: t.arg({ type: PostNoticeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) => settle(() => post(context, input)),
  }),
);

const RevokeNoticeInput = builder.inputType('RevokeNoticeInput', {
  description: 'The notice to revoke.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The global ID of the notice.' }) }),
});

builder.mutationField('revokeNotice', (t) =>
  t.field({
    type: noticePayload('RevokeNoticePayload', 'The payload of `revokeNotice`.'),
    description:
      'Revokes a notice. A scheduled notice is never posted. A posted notice is no longer shown, and those who had it are told. Repeating it has no further effect.',
    args: { input: t.arg({ type: RevokeNoticeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { id } }, { chat, note }) =>
      settle(async () => {
        const notice = await chat.notices.revoke(inputId('Notice', id, 'id'));
        note({ after: { state: notice.state, postedAt: notice.postedAt, revokedAt: notice.revokedAt } });
        return { notice };
      }),
  }),
);
