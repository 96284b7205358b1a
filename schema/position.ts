import { serverStreamId } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { formatId } from './ids.ts';
import { Viewer } from './viewer.ts';

/** A place in a stream, named by the stream's global id. */
export interface PositionShape {
  readonly streamId: string;
  readonly seq: number;
  readonly epoch: string;
}

/** A place in a stream. */
export const Position = builder.objectRef<PositionShape>('Position').implement({
  description: 'A place in a stream: after the entry with this seq. Give back what you got.',
  fields: (t) => ({
    streamId: t.exposeID('streamId', {
      description: 'The conversation’s id; for the account stream, the user’s; for the server’s stream, an id of its own.',
    }),
    seq: t.exposeInt('seq', { description: 'The seq of the entry it lies after; 0: before the first.' }),
    epoch: t.exposeString('epoch', {
      description: 'Which history of the server it belongs to: another one after the database was restored to an earlier state.',
    }),
  }),
});

/** The global id of a stream, where it is known that the only account stream among them is the viewer's own. */
export function streamIdFor(viewer: { readonly userId: bigint }, streamId: bigint): string {
  if (streamId === serverStreamId) return formatId('Server', serverStreamId);
  return formatId(streamId === viewer.userId ? 'User' : 'Conversation', streamId);
}

builder.objectField(Viewer, 'positions', (t) =>
  t.field({
    type: [Position],
    description:
      'The head of every stream the viewer follows, read before all else in the operation: what to give to the subscription `events` as `after`.',
    async resolve(viewer, _args, { scope }) {
      const positions = await scope.loaders.positions();
      return positions.map(({ streamId, seq, epoch }) => ({ streamId: streamIdFor(viewer, streamId), seq, epoch }));
    },
  }),
);
