import type { SettingChange as SettingChangeShape, SettingsVersion as SettingsVersionShape } from '../../src/settings/index.ts';
import { forwardConnection } from '../connection.ts';
import { builder } from './builder.ts';
import { connectionOf } from './page.ts';
import { User, userById } from './user.ts';

const SettingChange = builder.objectRef<SettingChangeShape>('SettingChange').implement({
  description: 'What a version made of one setting.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Which setting. It may be one that this release does not know.' }),
    before: t.exposeString('before', { nullable: true, description: 'Its value before; null: what each node was configured with.' }),
    after: t.exposeString('after', { nullable: true, description: 'Its value after; null: what each node is configured with.' }),
  }),
});

/** A change of the settings. */
export const SettingsVersion = builder.objectRef<SettingsVersionShape>('SettingsVersion').implement({
  description: 'One change of the settings: who, when, what. Versions are numbered 1, 2, 3 …; nobody can change or remove one.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Its number.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was made.' }),
    by: t.field({
      type: User,
      nullable: true,
      description: 'Who made it; null: the command line.',
      resolve: ({ actorId }, _args, context) => (actorId === null ? null : userById(context, actorId)),
    }),
    note: t.exposeString('note', { nullable: true, description: 'Why, as whoever made it says.' }),
    rolledBackTo: t.exposeInt('rolledBackTo', {
      nullable: true,
      description: 'The version whose values it put back, 0 for those from before the first; null: it set some.',
    }),
    changes: t.field({ type: [SettingChange], description: 'What it changed.', resolve: ({ changes }) => changes }),
  }),
});

const SettingsVersionConnection = connectionOf<SettingsVersionShape>('SettingsVersion', {
  of: 'A version',
  list: 'the changes of the settings',
  node: (t) => t.field({ type: SettingsVersion, description: 'The version.', resolve: ({ node }) => node }),
});

builder.queryField('settingsVersions', (t) =>
  t.field({
    type: SettingsVersionConnection,
    description: 'All changes of the settings, the newest first.',
    args: {
      first: t.arg.int({ description: 'How many, 1 to 100; 50 by default.' }),
      after: t.arg.string({ description: 'A cursor to go on from, towards older ones.' }),
    },
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
