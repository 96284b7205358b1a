import type { Position } from './position.ts';

/** The facts of an event that concern positions. */
export interface EventFacts {
  /** Its own position, if it is an entry of a log. */
  readonly entry: { readonly streamId: string; readonly seq: number } | null;
  readonly means:
    | { readonly type: 'nothing' }
    | { readonly type: 'ready'; readonly positions: readonly Position[] }
    | { readonly type: 'opened'; readonly position: Position }
    | { readonly type: 'closed'; readonly streamId: string }
    | { readonly type: 'resync'; readonly streamId: string; readonly lastSeq: number | null };
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads an event. Throws TypeError if a field is missing that resuming needs. */
export function readEvent(event: unknown): EventFacts {
  const fields = fieldsOf(event);
  const type = text(fields, '__typename');
  if (type === 'ResyncRequired') {
    const lastSeq = fields['lastSeq'] === null ? null : whole(fields, 'lastSeq');
    return { entry: null, means: { type: 'resync', streamId: text(fields, 'streamId'), lastSeq } };
  }
  if (type === 'StreamReady') return { entry: null, means: { type: 'ready', positions: list(fields, 'positions').map(readPosition) } };
  const entry = fields['seq'] === undefined ? null : { streamId: text(fields, 'streamId'), seq: whole(fields, 'seq') };
  if (type === 'ConversationOpened') return { entry, means: { type: 'opened', position: readPosition(fields['position']) } };
  if (type === 'ConversationClosed') return { entry, means: { type: 'closed', streamId: text(fields, 'conversationId') } };
  return { entry, means: { type: 'nothing' } };
}

function readPosition(value: unknown): Position {
  const fields = fieldsOf(value);
  return { streamId: text(fields, 'streamId'), seq: whole(fields, 'seq'), epoch: text(fields, 'epoch') };
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError('an event that is none came');
  return value as Fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new TypeError(`an event came without its ${name}`);
  return value;
}

function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new TypeError(`an event came without its ${name}`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new TypeError(`an event came without its ${name}`);
  return value;
}
