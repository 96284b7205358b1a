import { isKey, type Session as SessionShape, type User as UserShape } from '../../src/user/index.ts';
import { forwardConnection } from '../connection.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { settle, withErrors } from './errors.ts';
import { userById } from './user.ts';
import { type UserPayload, userPayload } from './user-payload.ts';
import { Session } from './user-standing.ts';
import { UserConnection } from './users.ts';

builder.queryField('bots', (t) =>
  t.field({
    type: UserConnection,
    description: 'Bots, made last first.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from.' }),
    },
    resolve: (_root, args, { chat }) =>
      forwardConnection<{ user: UserShape; key: string }, UserShape>(args, {
        order: 'userId',
        read: (page) => chat.administration.bots(page),
        node: ({ user }) => user,
      }),
  }),
);

interface CreateBotKeyShape extends Refusable {
  readonly key?: string;
  readonly session?: SessionShape;
}

const CreateBotKeyInput = builder.inputType('CreateBotKeyInput', {
  description: 'Which bot is to have another key.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Its global id.' }),
    name: t.string({ required: true, description: 'What the key is called, such as where it is used: one line of 1 to 100 characters.' }),
    days: t.int({ description: 'For how many days it is good, 1 to 3,650; absent: until it is revoked.' }),
  }),
});

const CreateBotKeyPayload = withErrors(
  builder.objectRef<CreateBotKeyShape>('CreateBotKeyPayload').implement({
    description: 'What came of createBotKey.',
    fields: (t) => ({
      key: t.exposeString('key', {
        nullable: true,
        description:
          'What goes after `Authorization: Bearer`, on both ports. It is told this once, and stands nowhere. Null if it was refused.',
      }),
      session: t.expose('session', {
        type: Session,
        nullable: true,
        description: 'By what it is listed and revoked; null if it was refused.',
      }),
    }),
  }),
);

builder.mutationField('createBotKey', (t) =>
  t.field({
    type: CreateBotKeyPayload,
    description:
      'Makes a key by which a bot comes, beside those that it has. CONFLICT for who is no bot or is suspended, and for a bot that is an admin, for which only the command line does it; LIMIT_REACHED past MAX_SESSIONS.',
    args: { input: t.arg({ type: CreateBotKeyInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { userId, name, days } }, { chat, viewer, note }) =>
      settle<CreateBotKeyShape>(async () => {
        const made = await chat.administration.createBotKey(viewer.userId, { userId: inputId('User', userId, 'userId'), name, days });
        note({ after: { session: made.session.id, expiresAt: made.session.expiresAt } });
        return made;
      }),
  }),
);

const RevokeBotKeyInput = builder.inputType('RevokeBotKeyInput', {
  description: 'Which key is to be good no more.',
  fields: (t) => ({ keyId: t.id({ required: true, description: 'The global id of its session, or the key itself.' }) }),
});

builder.mutationField('revokeBotKey', (t) =>
  t.field({
    type: userPayload('revokeBotKey'),
    description: 'Ends a key of a bot, and what is connected by it, at once and on all nodes. Done again, it has ended already.',
    args: { input: t.arg({ type: RevokeBotKeyInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { keyId } }, context) =>
      settle<UserPayload>(async () => {
        const key = isKey(keyId) ? keyId : inputId('Session', keyId, 'keyId');
        const userId = await context.chat.administration.revokeBotKey({ key });
        context.note({ target: `User:${userId}` });
        return { user: await userById(context, userId) };
      }),
  }),
);
