import { isKey, type User as UserShape } from '../../src/user/index.ts';
import { forwardConnection } from '../connection.ts';
import { inputId } from '../ids.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { forwardArgs } from './page.ts';
import { userById } from './user.ts';
import { userFields } from './user-payload.ts';
import { Session } from './user-standing.ts';
import { UserConnection } from './users.ts';

builder.queryField('bots', (t) =>
  t.field({
    type: UserConnection,
    description: 'The bots, newest first.',
    args: forwardArgs(),
    resolve: (_root, args, { chat }) =>
      forwardConnection<{ user: UserShape; key: string }, UserShape>(args, {
        order: 'userId',
        read: (page) => chat.administration.bots(page),
        node: ({ user }) => user,
      }),
  }),
);

mutation('createBotKey', {
  description:
    'Creates a key for a bot, in addition to those that it has. Refused with CONFLICT if the user is not a bot or is suspended, and if the bot is an admin: create its keys on the command line. Refused with LIMIT_REACHED if the bot has MAX_SESSIONS keys.',
  inputDescription: 'The key to create.',
  input: (t) => ({
    userId: t.id({ required: true, description: 'The global ID of the bot.' }),
    name: t.string({ required: true, description: 'The name of the key, such as where it is used: one line of 1 to 100 characters.' }),
    days: t.int({ description: 'For how many days the key is valid, from 1 to 3,650. If omitted, it is valid until it is revoked.' }),
  }),
  async act({ userId, name, days }, { chat, viewer, note }) {
    const made = await chat.administration.createBotKey(viewer.userId, { userId: inputId('User', userId, 'userId'), name, days });
    note({ after: { session: made.session.id, expiresAt: made.session.expiresAt } });
    return made;
  },
  payload: (t) => ({
    key: t.exposeString('key', {
      nullable: true,
      description:
        'The key, which is sent as `Authorization: Bearer` on both ports. It is shown only once. Null if the mutation was refused.',
    }),
    session: t.expose('session', {
      type: Session,
      nullable: true,
      description: 'The session of the key, by which it is listed and revoked, or null if the mutation was refused.',
    }),
  }),
});

mutation('revokeBotKey', {
  description: 'Revokes a key of a bot and closes its connections, at once and on all nodes. Repeating it has no further effect.',
  inputDescription: 'The key to revoke.',
  input: (t) => ({ keyId: t.id({ required: true, description: 'The global ID of the key’s session, or the key itself.' }) }),
  async act({ keyId }, context) {
    const key = isKey(keyId) ? keyId : inputId('Session', keyId, 'keyId');
    const userId = await context.chat.administration.revokeBotKey({ key });
    context.note({ target: `User:${userId}` });
    return { user: await userById(context, userId) };
  },
  payload: userFields,
});
