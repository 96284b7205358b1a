import type { DataExport as DataExportShape, exportStates } from '../src/export/index.ts';
import { accountEventInterfaces } from './account-event.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { Node } from './node.ts';
import { Viewer } from './viewer.ts';

const DataExportState = builder.enumType('DataExportState', {
  description: 'How a file with the viewer’s data stands.',
  values: {
    PENDING: { description: 'It is being made.' },
    READY: { description: 'It can be downloaded.' },
  } satisfies Record<(typeof exportStates)[number], unknown>,
});

/** A file with all that is the viewer's own. */
export const DataExport = builder.objectRef<DataExportShape>('DataExport').implement({
  description: 'A file with all that is the viewer’s own. Nobody sees those of others.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Its global id.', resolve: ({ id }) => formatId('DataExport', id) }),
    state: t.expose('state', { type: DataExportState, description: 'How it stands.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    readyAt: t.expose('readyAt', { type: 'DateTime', nullable: true, description: 'When it was made; null: it is being made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it is removed; null: it is being made.' }),
    bytes: t.exposeInt('bytes', { nullable: true, description: 'Its size; null: it is being made.' }),
    url: t.string({
      nullable: true,
      description:
        'Where to download it, without a token: a path on the server that answers this. It is good for half an hour at least; then ask for it anew. null: it is being made.',
      resolve: (file, _args, { chat }) => chat.exports.link(file),
    }),
  }),
});

builder.objectField(Viewer, 'dataExports', (t) =>
  t.field({
    type: [DataExport],
    description: 'The files with their data that the viewer waits for or can download, newest first; at most 50.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('dataExports', () => chat.exports.list(viewer)),
  }),
);

const RequestDataExportInput = builder.inputType('RequestDataExportInput', {
  description: 'What the file is to hold besides profile, settings, sessions, contacts, requests, blocks and conversations.',
  fields: (t) => ({ messages: t.boolean({ description: 'What the viewer has said; true by default.' }) }),
});

interface RequestDataExportShape extends Refusable {
  readonly dataExport?: DataExportShape;
}

const RequestDataExportPayload = withErrors(
  builder.objectRef<RequestDataExportShape>('RequestDataExportPayload').implement({
    description: 'What came of requestDataExport.',
    fields: (t) => ({
      dataExport: t.expose('dataExport', {
        type: DataExport,
        nullable: true,
        description: 'The file that is to come; null if it was refused.',
      }),
    }),
  }),
);

builder.mutationField('requestDataExport', (t) =>
  t.field({
    type: RequestDataExportPayload,
    description:
      'Has a file made with all that is the viewer’s own. One that is being made already is answered. All own devices get DataExportChanged, now and when it is ready.',
    args: { input: t.arg({ type: RequestDataExportInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => ({
        dataExport: await context.chat.exports.request(requireViewer(context), { messages: input.messages ?? true }),
      })),
  }),
);

loggedTypes.DataExportChanged.implement({
  description: 'A file with the viewer’s data was asked for, is ready, or is gone.',
  interfaces: accountEventInterfaces,
  fields: (t) => ({
    dataExportId: t.id({ description: 'Which one.', resolve: ({ entry }) => formatId('DataExport', entry.data.exportId) }),
    dataExport: t.field({
      type: DataExport,
      nullable: true,
      description: 'The file as it stands; null: it is gone.',
      resolve: ({ entry }, _args, context) => context.chat.exports.byId(requireViewer(context), entry.data.exportId),
    }),
  }),
});
