import type { FeedEvent, KnownPosition } from '../src/feed/index.ts';
import { entryTypes } from '../src/log/index.ts';
import { builder } from './builder.ts';
import { refresh, requireViewer } from './context.ts';
import { Event, type EventShape } from './event.ts';
import { argumentId, formatId, parseId } from './ids.ts';
import { readFirst } from './operation.ts';
import { badArgument, seqArgument } from './page.ts';

const PositionInput = builder.inputType('PositionInput', {
  description: 'A place in a stream that the client has: as it was given, never made up.',
  fields: (t) => ({
    streamId: t.id({ required: true, description: 'A conversation’s id; for the account stream, the viewer’s user id.' }),
    seq: t.int({ required: true, description: 'The newest entry that the client has; 0: none.' }),
    epoch: t.string({ description: 'As it came with the position.' }),
    readSeq: t.int({ description: 'The viewer’s own read marker as the client has it: if it differs, it is told before StreamReady.' }),
  }),
});

type PositionArgument = typeof PositionInput.$inferInput;
