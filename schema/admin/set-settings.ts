import type { Setting as SettingShape, SettingsVersion as SettingsVersionShape } from '../../src/settings/index.ts';
import { inputDescription, type Refusable } from '../errors.ts';
import { builder } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';
import { Setting } from './setting.ts';
import { SettingsVersion } from './settings-version.ts';

interface SettingsShape extends Refusable {
  readonly version?: SettingsVersionShape | null;
  readonly settings?: readonly SettingShape[];
}

function settingsPayload(name: string, mutationName: string) {
  return withErrors(
    builder.objectRef<SettingsShape>(name).implement({
      description: `What came of ${mutationName}.`,
      fields: (t) => ({
        version: t.expose('version', {
          type: SettingsVersion,
          nullable: true,
          description: 'The version that it made; null: all stood so already, or it was refused.',
        }),
        settings: t.field({
          type: [Setting],
          description: 'All settings as they stand by then; empty if it was refused.',
          resolve: ({ settings = [] }) => settings,
        }),
      }),
    }),
  );
}

/** The act as a mutation has it: what it made, and all settings after it. */
function changed({ chat, note }: AdminContext, act: () => Promise<SettingsVersionShape | null>) {
  return settle<SettingsShape>(async () => {
    const version = await act();
    // What it was before and is after stands with the version.
    note({ target: version === null ? undefined : `SettingsVersion:${version.version}` });
    return { version, settings: await chat.settings.list() };
  });
}

const expectedVersionDescription = 'The newest version that the viewer knows, 0 for none: CONFLICT where there is a newer one by then.';
const noteDescription = 'Why, for the audit: a line of at most 200 characters.';

const SettingInput = builder.inputType('SettingInput', {
  description: 'What to make of one setting.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Which setting.' }),
    value: t.string({ description: 'Its value; null sets it back to what each node is configured with.' }),
  }),
});

const SetSettingsInput = builder.inputType('SetSettingsInput', {
  description: 'What to set. It is all set, or nothing is.',
  fields: (t) => ({
    settings: t.field({ type: [SettingInput], required: true, description: 'Each setting at most once.' }),
    expectedVersion: t.int({ description: expectedVersionDescription }),
    note: t.string({ description: noteDescription }),
  }),
});

builder.mutationField('setSettings', (t) =>
  t.field({
    type: settingsPayload('SetSettingsPayload', 'setSettings'),
    description: 'Changes settings, on this node at once and on all others within a second.',
    args: { input: t.arg({ type: SetSettingsInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { settings, expectedVersion, note } }, context) =>
      changed(context, () =>
        context.chat.settings.set(context.viewer.userId, {
          settings: settings.map(({ name, value = null }) => ({ name, value })),
          expectedVersion: expectedVersion ?? undefined,
          note,
        }),
      ),
  }),
);

const RollBackSettingsInput = builder.inputType('RollBackSettingsInput', {
  description: 'Which values to put back.',
  fields: (t) => ({
    version: t.int({ required: true, description: 'All settings stand as they stood after it; 0: as configured.' }),
    expectedVersion: t.int({ description: expectedVersionDescription }),
    note: t.string({ description: noteDescription }),
  }),
});

builder.mutationField('rollBackSettings', (t) =>
  t.field({
    type: settingsPayload('RollBackSettingsPayload', 'rollBackSettings'),
    description:
      'Puts all settings back as they stood after a version. That is a new version: nothing is lost of what was changed in between.',
    args: { input: t.arg({ type: RollBackSettingsInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { version, expectedVersion, note } }, context) =>
      changed(context, () =>
        context.chat.settings.rollBack(context.viewer.userId, { version, expectedVersion: expectedVersion ?? undefined, note }),
      ),
  }),
);
