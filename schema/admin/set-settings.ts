import type { Setting as SettingShape, SettingsVersion as SettingsVersionShape } from '../../src/settings/index.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { mutation, type PayloadBuilder } from './mutation.ts';
import { Setting } from './setting.ts';
import { SettingsVersion } from './settings-version.ts';

function changedFields(t: PayloadBuilder<{ readonly version: SettingsVersionShape | null; readonly settings: readonly SettingShape[] }>) {
  return {
    version: t.expose('version', {
      type: SettingsVersion,
      nullable: true,
      description: 'The version that was created. Null if nothing changed or the mutation was refused.',
    }),
    settings: t.field({
      type: [Setting],
      description: 'All settings after the change. Empty if the mutation was refused.',
      resolve: ({ settings = [] }) => settings,
    }),
  };
}

/** Runs a change. Resolves to the new version and all settings after it. */
async function changed({ chat, note }: AdminContext, act: () => Promise<SettingsVersionShape | null>) {
  const version = await act();
  // The version itself has the values before and after.
  note({ target: version === null ? undefined : `SettingsVersion:${version.version}` });
  return { version, settings: await chat.settings.list() };
}

const expectedVersionDescription =
  'The newest version that you know, or 0 if there is none. Refused with CONFLICT if there is a newer one.';
const noteDescription = 'The reason for the change, for the audit log: one line of at most 200 characters.';

const SettingInput = builder.inputType('SettingInput', {
  description: 'A setting and its new value.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name of the setting.' }),
    value: t.string({ description: 'The new value. Null resets the setting to what each node is configured with.' }),
  }),
});

mutation('setSettings', {
  description: 'Changes settings. It takes effect on this node at once, and on all others within a second.',
  inputDescription: 'The settings to change. All of them are changed, or none.',
  input: (t) => ({
    settings: t.field({ type: [SettingInput], required: true, description: 'The settings, each at most once.' }),
    expectedVersion: t.int({ description: expectedVersionDescription }),
    note: t.string({ description: noteDescription }),
  }),
  act: ({ settings, expectedVersion, note }, context) =>
    changed(context, () =>
      context.chat.settings.set(context.viewer.userId, {
        settings: settings.map(({ name, value = null }) => ({ name, value })),
        expectedVersion: expectedVersion ?? undefined,
        note,
      }),
    ),
  payload: changedFields,
});

mutation('rollBackSettings', {
  description: 'Restores the values that all settings had after a version. This creates a new version, so no change in between is lost.',
  inputDescription: 'The version to restore.',
  input: (t) => ({
    version: t.int({
      required: true,
      description: 'All settings get the values that they had after this version. 0 stands for the configured values.',
    }),
    expectedVersion: t.int({ description: expectedVersionDescription }),
    note: t.string({ description: noteDescription }),
  }),
  act: ({ version, expectedVersion, note }, context) =>
    changed(context, () =>
      context.chat.settings.rollBack(context.viewer.userId, { version, expectedVersion: expectedVersion ?? undefined, note }),
    ),
  payload: changedFields,
});
