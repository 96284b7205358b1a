import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs, forwardConnection } from './connection.ts';
import { formatId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Node } from './node.ts';
import { beginField } from './operation.ts';
import { shareable } from './shareable.ts';

/** A user. */
export const User = builder.objectRef<UserShape>('User').implement({
  description: 'A person or a bot, as every signed-in user can see them.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It is also the `streamId` of their account stream.',
      resolve: ({ id }) => formatId('User', id),
    }),
    handle: t.exposeString('handle', {
      extensions: shareable,
      description: 'The handle by which the user signs in and others find them. Unique, lowercase, 3 to 32 of `a-z 0-9 _ . -`.',
    }),
    displayName: t.exposeString('displayName', { extensions: shareable, description: 'The user’s display name.' }),
    avatarUrl: t.exposeString('avatarUrl', {
      extensions: shareable,
      nullable: true,
      description: 'The URL of the user’s picture, or null if there is none.',
    }),
    bio: t.exposeString('bio', {
      extensions: shareable,
      nullable: true,
      description: 'What the user says about themselves, or null if there is nothing.',
    }),
    data: t.expose('data', {
      extensions: shareable,
      type: 'JSONObject',
      nullable: true,
      description:
        'Custom JSON data that the server’s operators attached to the user for clients, or null if there is none. The server does not interpret it.',
    }),
    createdAt: t.expose('createdAt', { extensions: shareable, type: 'DateTime', description: 'When the user signed up.' }),
    isBot: t.exposeBoolean('bot', {
      extensions: shareable,
      description: 'Whether the user is a bot, a program of the server’s operators, and not a person.',
    }),
    erased: t.exposeBoolean('erased', {
      extensions: shareable,
      description:
        'Whether the user’s account has been erased. Most fields return null instead of such a user. Where a user is required, the names are empty and the handle is one that nobody can have.',
    }),
  }),
});

const Users = connectionOf<UserShape>('User', {
  of: 'A user',
  list: 'users',
  node: (t) => t.field({ type: User, description: 'The user.', resolve: ({ node }) => node }),
});

/** A user in a list. */
export const UserEdge = Users.edge;

/** A page of users. */
export const UserConnection = Users.connection;

builder.queryFields((t) => ({
  user: t.field({
    type: User,
    nullable: true,
    description: 'The user with this handle, or null if there is none.',
    args: { handle: t.arg.string({ required: true, description: 'The user’s handle, in uppercase or lowercase.' }) },
    async resolve(_root, { handle }, context, info) {
      await beginField(context, info);
      return context.chat.users.byHandle(handle);
    },
  }),
  users: t.field({
    type: UserConnection,
    description:
      'Searches for users whose handle, or a word of whose display name, begins with the given text. Case and accents do not matter. In a script without spaces, a word can begin at any letter. Fails with RATE_LIMITED as a top-level error beyond SEARCHES_PER_MINUTE.',
    args: {
      search: t.arg.string({ required: true, description: 'The beginning of a handle, or the beginnings of words, up to 200 characters.' }),
      ...forwardArgs(),
    },
    async resolve(_root, { search: text, ...args }, context, info) {
      const viewer = await beginField(context, info);
      const read = await context.chat.users.search(viewer, text);
      return forwardConnection(args, {
        order: 'user',
        read,
        node: ({ user }) => user,
      });
    },
  }),
}));

mutation('updateProfile', {
  description: 'Changes the viewer’s profile, which others see.',
  inputDescription: 'The input of `updateProfile`. Omitted fields keep their values; null clears them.',
  input: (t) => ({
    displayName: t.string({ description: 'The display name, 1 to 64 characters. Null resets it to the handle.' }),
    avatarUrl: t.string({ description: 'The URL of the picture: http or https, up to 2,048 characters.' }),
    bio: t.string({ description: 'What the user says about themselves, up to 1,000 characters.' }),
  }),
  act: async (viewer, input, { chat }) => ({ user: await chat.users.updateProfile(viewer, input) }),
  payload: (t) => ({
    user: t.expose('user', {
      type: User,
      nullable: true,
      description: 'The viewer as others see them, or null if the mutation was refused.',
    }),
  }),
});

mutation('changeHandle', {
  description:
    'Changes the viewer’s handle. Nobody is found by the old one any more. It stays reserved for the viewer for HANDLE_HOLD_DAYS: until then, nobody else can take it. Refused with CONFLICT if another user has the new handle, or if it is reserved for another user.',
  input: (t) => ({
    handle: t.string({ required: true, description: 'The new handle: 3 to 32 of `a-z 0-9 _ . -`. Uppercase letters become lowercase.' }),
  }),
  act: async (viewer, input, { chat }) => ({ user: await chat.users.changeHandle(viewer, input) }),
  payload: (t) => ({
    user: t.expose('user', {
      type: User,
      nullable: true,
      description: 'The viewer as others see them, or null if the mutation was refused.',
    }),
  }),
});
