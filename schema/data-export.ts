import type { DataExport as DataExportShape, exportStates } from '../src/export/index.ts';
import { accountEventInterfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Node } from './node.ts';
import { Viewer } from './viewer.ts';

const DataExportState = builder.enumType('DataExportState', {
  description: 'The state of a data export.',
  values: {
    PENDING: { description: 'The file is being created.' },
    READY: { description: 'The file can be downloaded.' },
  } satisfies Record<(typeof exportStates)[number], unknown>,
});

/** A file with all of the viewer's own data. */
export const DataExport = builder.objectRef<DataExportShape>('DataExport').implement({
  description: 'A file with all of the viewer’s own data. Nobody else can see it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID.', resolve: ({ id }) => formatId('DataExport', id) }),
    state: t.expose('state', { type: DataExportState, description: 'The state of the export.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the export was requested.' }),
    readyAt: t.expose('readyAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the file was created, or null while it is being created.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the file is removed, or null while it is being created.',
    }),
    bytes: t.exposeInt('bytes', { nullable: true, description: 'The size of the file in bytes, or null while it is being created.' }),
    url: t.string({
      nullable: true,
      description:
        'Where to download the file without a token: a path on the server that answers this query. It is valid for at least half an hour; query it again after that. Null while the file is being created.',
      resolve: (file, _args, { chat }) => chat.exports.link(file),
    }),
  }),
});

builder.objectField(Viewer, 'dataExports', (t) =>
  t.field({
    type: [DataExport],
    description: 'The viewer’s data exports that are being created or can be downloaded, newest first. At most 50.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('dataExports', () => chat.exports.list(viewer)),
  }),
);

mutation('requestDataExport', {
  description:
    'Requests a file with all of the viewer’s own data. If one is being created already, it is returned. All of the viewer’s devices receive `DataExportChanged`, at once and when the file is ready.',
  inputDescription:
    'The input of `requestDataExport`. The file always contains the profile, settings, sessions, contacts, requests, blocks and conversations.',
  input: (t) => ({ messages: t.boolean({ description: 'Whether to include the messages that the viewer has sent. Defaults to true.' }) }),
  act: async (viewer, input, { chat }) => ({
    dataExport: await chat.exports.request(viewer, { messages: input.messages ?? true }),
  }),
  payload: (t) => ({
    dataExport: t.expose('dataExport', {
      type: DataExport,
      nullable: true,
      description: 'The requested export, or null if the mutation was refused.',
    }),
  }),
});

loggedTypes.DataExportChanged.implement({
  description: 'A data export was requested, became ready or was removed.',
  interfaces: accountEventInterfaces,
  fields: (t) => ({
    dataExportId: t.id({ description: 'The ID of the data export.', resolve: ({ entry }) => formatId('DataExport', entry.data.exportId) }),
    dataExport: t.field({
      type: DataExport,
      nullable: true,
      description: 'The data export in its current state, or null if it has been removed.',
      resolve: ({ entry }, _args, context) => context.chat.exports.byId(requireViewer(context), entry.data.exportId),
    }),
  }),
});
