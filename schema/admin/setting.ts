import type { Setting as SettingShape } from '../../src/settings/index.ts';
import { builder } from './builder.ts';
import { User, userById } from './user.ts';

/** What can be changed while nodes run. */
export const Setting = builder.objectRef<SettingShape>('Setting').implement({
  description: 'Something that can be changed while nodes run. Values are texts, in the words of the environment variable of that name.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is called.' }),
    doc: t.exposeString('doc', { description: 'What it does, with units.' }),
    value: t.exposeString('value', { description: 'The value in force.' }),
    default: t.exposeString('default', {
      description: 'What the node that answers is configured with: in force until the setting is set.',
    }),
    version: t.int({
      nullable: true,
      description: 'The version of the settings that gave it its value; null: it was never changed.',
      resolve: ({ change }) => change?.version,
    }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When that was; null: it was never changed.',
      resolve: ({ change }) => change?.at,
    }),
    changedBy: t.field({
      type: User,
      nullable: true,
      description: 'Who did it; null: the command line, or it was never changed.',
      resolve: ({ change }, _args, context) => (change?.actorId ? userById(context, change.actorId) : null),
    }),
  }),
});

builder.queryField('settings', (t) =>
  t.field({
    type: [Setting],
    description: 'All settings, as the database has them.',
    resolve: (_root, _args, { chat }) => chat.settings.list(),
  }),
);
