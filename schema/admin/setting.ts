import type { Setting as SettingShape } from '../../src/settings/index.ts';
import { builder } from './builder.ts';
import { User, userById } from './user.ts';

/** A setting: an option that can be changed while nodes run. */
export const Setting = builder.objectRef<SettingShape>('Setting').implement({
  description: 'An option that can be changed while nodes run. Values are texts, in the format of the environment variable.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the setting.' }),
    doc: t.exposeString('doc', { description: 'What the setting does, with units.' }),
    value: t.exposeString('value', { description: 'The value in force.' }),
    default: t.exposeString('default', {
      description: 'The value that the answering node is configured with. It is in force until the setting is changed.',
    }),
    version: t.int({
      nullable: true,
      description: 'The version of the settings that last changed the value, or null if it was never changed.',
      resolve: ({ change }) => change?.version,
    }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the value was last changed, or null if it never was.',
      resolve: ({ change }) => change?.at,
    }),
    changedBy: t.field({
      type: User,
      nullable: true,
      description: 'The admin who last changed the value. Null if it was changed on the command line, or never.',
      resolve: ({ change }, _args, context) => (change?.actorId ? userById(context, change.actorId) : null),
    }),
  }),
});

builder.queryField('settings', (t) =>
  t.field({
    type: [Setting],
    description: 'All settings, as stored in the database.',
    resolve: (_root, _args, { chat }) => chat.settings.list(),
  }),
);
