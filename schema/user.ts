import type { User as UserShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardConnection } from './connection.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId } from './ids.ts';
import { Node } from './node.ts';
import { beginField } from './operation.ts';
import { shareable } from './shareable.ts';

/** A person. */
export const User = builder.objectRef<UserShape>('User').implement({
  description: 'A person, or a bot, as every signed-in user may see them.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'Their global id; also the `streamId` of their account stream.',
      resolve: ({ id }) => formatId('User', id),
    }),
    handle: t.exposeString('handle', {
      extensions: shareable,
      description: 'What they sign in with and are found by: unique, lower case, 3 to 32 of `a-z 0-9 _ . -`.',
    }),
    displayName: t.exposeString('displayName', { extensions: shareable, description: 'What to call them.' }),
    avatarUrl: t.exposeString('avatarUrl', { extensions: shareable, nullable: true, description: 'Where their picture is.' }),
    bio: t.exposeString('bio', { extensions: shareable, nullable: true, description: 'What they say about themselves.' }),
    data: t.expose('data', {
      extensions: shareable,
      type: 'JSONObject',
      nullable: true,
      description: 'What whoever runs the server has put on them for clients; nobody here reads it. Null: nothing.',
    }),
    createdAt: t.expose('createdAt', { extensions: shareable, type: 'DateTime', description: 'When they signed up.' }),
    isBot: t.exposeBoolean('bot', {
      extensions: shareable,
      description: 'Whether they are a program of whoever runs the server, not a person.',
    }),
    erased: t.exposeBoolean('erased', {
      extensions: shareable,
      description:
        'Whether their account is erased. Nearly everywhere such a user is null; where somebody has to stand, names are empty then and the handle is one that nobody can have.',
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
    description: 'The user with this handle; null: nobody has it.',
    args: { handle: t.arg.string({ required: true, description: 'Their handle, in upper or lower case.' }) },
    async resolve(_root, { handle }, context, info) {
      await beginField(context, info);
      return context.chat.users.byHandle(handle);
    },
  }),
  users: t.field({
    type: UserConnection,
    description:
      'Users whose handle, or a word of whose display name, begins with a text; case and accents do not matter, and a word of a script without spaces may begin at any of its letters. RATE_LIMITED, at the top level, past SEARCHES_PER_MINUTE.',
    args: {
      search: t.arg.string({ required: true, description: 'The beginning of a handle or of a word.' }),
      first: t.arg.int({ description: 'How many, from 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'The cursor to go on after.' }),
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

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What to change about oneself: absent leaves it as it is, null clears it.',
  fields: (t) => ({
    displayName: t.string({ description: '1 to 64 characters; null: the handle.' }),
    avatarUrl: t.string({ description: 'An http or https address of up to 2,048 characters.' }),
    bio: t.string({ description: 'Up to 1,000 characters.' }),
  }),
});

interface UpdateProfileShape extends Refusable {
  readonly user?: UserShape;
}

const UpdateProfilePayload = withErrors(
  builder.objectRef<UpdateProfileShape>('UpdateProfilePayload').implement({
    description: 'What came of updateProfile.',
    fields: (t) => ({
      user: t.expose('user', { type: User, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('updateProfile', (t) =>
  t.field({
    type: UpdateProfilePayload,
    description: 'Changes what others see of the viewer.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => ({ user: await context.chat.users.updateProfile(requireViewer(context), input) })),
  }),
);

const ChangeHandleInput = builder.inputType('ChangeHandleInput', {
  description: 'What to be found by and sign in with.',
  fields: (t) => ({ handle: t.string({ required: true, description: '3 to 32 of `a-z 0-9 _ . -`; upper case is lowered.' }) }),
});

const ChangeHandlePayload = withErrors(
  builder.objectRef<UpdateProfileShape>('ChangeHandlePayload').implement({
    description: 'What came of changeHandle.',
    fields: (t) => ({
      user: t.expose('user', { type: User, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('changeHandle', (t) =>
  t.field({
    type: ChangeHandlePayload,
    description:
      'Gives the viewer another handle. The old one finds nobody any more, and is kept for them for HANDLE_HOLD_DAYS: until then nobody else can take it. CONFLICT: it is somebody’s, or kept for somebody.',
    args: { input: t.arg({ type: ChangeHandleInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => ({ user: await context.chat.users.changeHandle(requireViewer(context), input) })),
  }),
);
