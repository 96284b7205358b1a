import { serverStreamId } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { formatId } from './ids.ts';
import { Viewer } from './viewer.ts';

/** A position in a stream, with the stream's global id. */
export interface PositionShape {
  readonly streamId: string;
  readonly seq: number;
  readonly epoch: string;
}

/** A position in a stream. */
export const Position = builder.objectRef<PositionShape>('Position').implement({
  description: 'A position in a stream: the place after the entry with this `seq`. Pass it back exactly as received.',
  fields: (t) => ({
    streamId: t.exposeID('streamId', {
      description:
        'The ID of the stream: of a conversation, of the user for their account stream, or an ID of its own for the server’s stream.',
    }),
    seq: t.exposeInt('seq', { description: 'The `seq` of the entry before the position, or 0 for the start of the stream.' }),
    epoch: t.exposeString('epoch', {
      description: 'The epoch of the server’s database. It changes when the database is restored to an earlier state.',
    }),
  }),
});

/** Returns the global id of a stream. The only account stream may be the viewer's own. */
export function streamIdFor(viewer: { readonly userId: bigint }, streamId: bigint): string {
  if (streamId === serverStreamId) return formatId('Server', serverStreamId);
  return formatId(streamId === viewer.userId ? 'User' : 'Conversation', streamId);
}

builder.objectField(Viewer, 'positions', (t) =>
  t.field({
    type: [Position],
    description:
      'The newest position of every stream that the viewer follows, read before everything else in the operation. Pass it to the `events` subscription as `after`.',
    async resolve(viewer, _args, { scope }) {
      const positions = await scope.loaders.positions();
      return positions.map(({ streamId, seq, epoch }) => ({ streamId: streamIdFor(viewer, streamId), seq, epoch }));
    },
  }),
);
