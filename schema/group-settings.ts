import { type Conversation as ConversationShape, type GroupPolicy as GroupPolicyWord, groupPolicies } from '../src/group/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { Group } from './conversation.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { GroupHistory, JoinPolicy } from './group-joining.ts';
import { inputId } from './ids.ts';
import { shareable } from './shareable.ts';

const policies: Record<GroupPolicyWord, { readonly description: string }> = {
  EVERYONE: { description: 'Every member.' },
  ADMINS: { description: 'The owner and the admins.' },
  OWNER: { description: 'The owner alone.' },
};

/** Whom a group lets do something. */
const GroupPolicy = builder.enumType('GroupPolicy', {
  description: 'Whom a group lets do something.',
  values: Object.fromEntries(groupPolicies.map((word) => [word, policies[word]])) as typeof policies,
});

builder.objectFields(Group, (t) => ({
  announcement: t.exposeString('announcement', {
    extensions: shareable,
    nullable: true,
    description: 'What its members are to know.',
  }),
  data: t.expose('data', {
    extensions: shareable,
    type: 'JSONObject',
    nullable: true,
    description: 'What clients have put on it, for others that know what it means; null: nothing.',
  }),
  postPolicy: t.expose('postPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may write.' }),
  invitePolicy: t.expose('invitePolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may add members.' }),
  pinPolicy: t.expose('pinPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may pin messages.' }),
  mentionPolicy: t.expose('mentionPolicy', { extensions: shareable, type: GroupPolicy, description: 'Who may mention everyone.' }),
  slowModeSeconds: t.exposeInt('slowModeSeconds', {
    extensions: shareable,
    description: 'How many seconds a member waits between two messages; 0: none. Its owner and admins need not.',
  }),
  mutedUntil: t.expose('mutedUntil', {
    extensions: shareable,
    type: 'DateTime',
    nullable: true,
    description: 'Until when nobody but its owner and admins may write, which counts once it has passed no more; null: everyone may.',
  }),
}));

const UpdateGroupInput = builder.inputType('UpdateGroupInput', {
  description:
    'What to change about which group: absent leaves it as it is, null clears or ends it. A name, the policies and `listed` cannot be cleared.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'The group.' }),
    name: t.string({ description: '1 to 100 characters.' }),
    description: t.string({ description: 'Up to 1,000 characters.' }),
    announcement: t.string({ description: 'Up to 2,000 characters.' }),
    data: t.field({
      type: 'JSONObject',
      description:
        'What is put on it for clients that know what it means, in place of what was: at most 4,096 bytes of JSON, ten levels deep.',
    }),
    avatarUrl: t.string({ description: 'An http or https address of up to 2,048 characters.' }),
    postPolicy: t.field({
      type: GroupPolicy,
      description: 'Who may write. Only the owner gives or takes what the owner alone may do.',
    }),
    joinPolicy: t.field({ type: JoinPolicy, description: 'Who may join by themselves. Requests that wait go on to wait.' }),
    listed: t.boolean({
      description:
        'Whether anybody may find it in the directory: only if it is OPEN or APPROVAL. One that becomes INVITE_ONLY is not listed any more.',
    }),
    historyForNewcomers: t.field({
      type: GroupHistory,
      description: 'What those may read who come after the change; whoever is in the group reads what they could read.',
    }),
    invitePolicy: t.field({
      type: GroupPolicy,
      description: 'Who may add members; likewise.',
    }),
    pinPolicy: t.field({ type: GroupPolicy, description: 'Who may pin messages; likewise.' }),
    mentionPolicy: t.field({ type: GroupPolicy, description: 'Who may mention everyone; likewise.' }),
    slowModeSeconds: t.int({ description: 'How many seconds a member waits between two messages, up to 86,400, a day; 0: none.' }),
    mutedUntil: t.field({ type: 'DateTime', description: 'Until when nobody but its owner and admins may write, which is yet to come.' }),
  }),
});

interface UpdateGroupShape extends Refusable {
  readonly group?: ConversationShape;
}

const UpdateGroupPayload = withErrors(
  builder.objectRef<UpdateGroupShape>('UpdateGroupPayload').implement({
    description: 'What came of updateGroup.',
    fields: (t) => ({
      group: t.expose('group', { type: Group, nullable: true, description: 'The group as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('updateGroup', (t) =>
  t.field({
    type: UpdateGroupPayload,
    description:
      'Changes what a group is called, looks like and lets its members do; its owner and admins may. All that is named is changed, or nothing.',
    args: { input: t.arg({ type: UpdateGroupInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { groupId, historyForNewcomers: history, ...change } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return {
          group: await context.chat.groups.update(viewer, { groupId: inputId('Conversation', groupId, 'groupId'), history, ...change }),
        };
      }),
  }),
);
