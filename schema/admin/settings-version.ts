import type { SettingChange as SettingChangeShape, SettingsVersion as SettingsVersionShape } from '../../src/settings/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf, forwardArgs } from './page.ts';
import { User, userById } from './user.ts';

const SettingChange = builder.objectRef<SettingChangeShape>('SettingChange').implement({
  description: 'The change of one setting in a version.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the setting. This release may not know it.' }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'The value before the change, or null if it was what each node is configured with.',
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: 'The value after the change, or null if it is what each node is configured with.',
    }),
  }),
});

/** A change of the settings. */
export const SettingsVersion = builder.objectRef<SettingsVersionShape>('SettingsVersion').implement({
  description:
    'A version of the settings: one change, with who made it and when. Versions are numbered 1, 2, 3 and so on, and cannot be changed or removed.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The number of the version.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When the version was created.' }),
    by: t.field({
      type: User,
      nullable: true,
      description: 'The admin who made the change, or null if it was made on the command line.',
      resolve: ({ actorId }, _args, context) => (actorId === null ? null : userById(context, actorId)),
    }),
    note: t.exposeString('note', { nullable: true, description: 'The reason that was given for the change, or null if there is none.' }),
    rolledBackTo: t.exposeInt('rolledBackTo', {
      nullable: true,
      description:
        'The version whose values were restored, or 0 for those before the first version. Null if the version is not a rollback.',
    }),
    changes: t.field({ type: [SettingChange], description: 'The settings that were changed.', resolve: ({ changes }) => changes }),
  }),
});

const SettingsVersionConnection = connectionOf<SettingsVersionShape>('SettingsVersion', {
  of: 'A version',
  list: 'versions of the settings',
  node: (t) => t.field({ type: SettingsVersion, description: 'The version.', resolve: ({ node }) => node }),
});

builder.queryField('settingsVersions', (t) =>
  t.field({
    type: SettingsVersionConnection,
    description: 'All versions of the settings, newest first.',
    args: forwardArgs('Returns the items after this cursor, which are older.'),
    resolve: (_root, args, { chat }) =>
      forwardConnection(args, {
        order: 'settingsVersion',
        async read({ first, after }) {
          const { items, hasNextPage } = await chat.settings.versions({ first, after: after === undefined ? undefined : Number(after) });
          return { items: items.map((version) => ({ version, key: String(version.version) })), hasNextPage };
        },
        node: ({ version }) => version,
      }),
  }),
);
