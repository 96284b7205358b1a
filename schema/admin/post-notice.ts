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
        notice: t.expose('notice', { type: Notice, nullable: true, description: 'The notice as it stands; null if it was refused.' }),
      }),
    }),
  );
}

const PostNoticeInput = builder.inputType('PostNoticeInput', {
  description: 'What to tell, and to whom: one of `to`, `toHandles` and `toAll`.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'What it is about: a line of 1 to 200 characters.' }),
    body: t.string({ required: true, description: 'What it says: plain text of 1 to 8,000 characters, which may have line breaks.' }),
    to: t.idList({ description: 'The ids of the users it is for, at most 1,000.' }),
    toHandles: t.stringList({ description: 'Their handles instead.' }),
    toAll: t.boolean({ description: 'True: it is for everybody who has signed up by the time it is posted.' }),
    at: t.field({ type: 'DateTime', description: 'When to post it, within a year; null, or a time that is over: at once.' }),
    clientNoticeId: t.string({
      description:
        'A key of 1 to 64 printable ASCII characters: whoever asks again under it is answered with what was made first, so that nobody is told twice.',
    }),
  }),
});

type PostNotice = typeof PostNoticeInput.$inferInput;

/** Whom it is for, and the input that says so; or the ids that nobody can have. */
type Recipients =
  | { readonly field: string; readonly to: 'ALL' | readonly Recipient[] }
  | { readonly field: string; readonly errors: readonly ChatError[] };

function recipientsOf({ to, toHandles, toAll }: PostNotice): Recipients {
  const given = [...(to ? ['to'] : []), ...(toHandles ? ['toHandles'] : []), ...(toAll ? ['toAll'] : [])];
  const [field] = given;
  if (field === undefined || given.length > 1) {
    throw new ChatError('INVALID_INPUT', 'Give one of to, toHandles and toAll: whom the notice is for.', { field: [given[1] ?? 'to'] });
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

/** The module knows one list of recipients. */
function underField({ code, message, field: [, ...rest] = [] }: ChatError, field: string): ChatError {
  return new ChatError(code, message, { field: [field, ...rest] });
}

builder.mutationField('postNotice', (t) =>
  t.field({
    type: noticePayload('PostNoticePayload', 'What came of postNotice: it is posted to all whom it names, or to nobody.'),
    description: 'Tells users something, at once or later. They are told live, or when they come back.',
    args: { input: t.arg({ type: PostNoticeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context) => settle(() => post(context, input)),
  }),
);

const RevokeNoticeInput = builder.inputType('RevokeNoticeInput', {
  description: 'What to take back.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The notice.' }) }),
});

builder.mutationField('revokeNotice', (t) =>
  t.field({
    type: noticePayload('RevokeNoticePayload', 'What came of revokeNotice.'),
    description:
      'Takes a notice back. One that waits is never posted; one that was posted is shown to nobody any more, and who had it is told. Done again, it stands so already.',
    args: { input: t.arg({ type: RevokeNoticeInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { id } }, { chat, note }) =>
      settle(async () => {
        const notice = await chat.notices.revoke(inputId('Notice', id, 'id'));
        note({ after: { state: notice.state, postedAt: notice.postedAt, revokedAt: notice.revokedAt } });
        return { notice };
      }),
  }),
);
