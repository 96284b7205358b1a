import { z } from 'zod';
import { readJson } from '../read-json.ts';

const closing = z.object({
  kind: z.literal('close'),
  connections: z.array(z.string()),
  why: z.enum(['REPLACED', 'TOO_MANY', 'DISCONNECTED']),
});
const draining = z.object({ kind: z.literal('drain') });
const waking = z.object({ kind: z.literal('active'), connections: z.array(z.string()) });
const losing = z.object({ kind: z.literal('lost') });
const versioned = z.object({ v: z.literal(1) });
const message = z.discriminatedUnion('kind', [
  versioned.extend(closing.shape),
  versioned.extend(waking.shape),
  versioned.extend(draining.shape),
  versioned.extend(losing.shape),
]);

/**
 * A message to one node.
 * - `close`: close these connections.
 * - `active`: clients have sent requests that belong to these connections.
 * - `drain`: stop, as SIGTERM would.
 * - `lost`: a node has died, and hints that it should have published may be lost.
 */
export type NodeMessage =
  | { readonly kind: 'close'; readonly connections: readonly string[]; readonly why: 'REPLACED' | 'TOO_MANY' | 'DISCONNECTED' }
  | { readonly kind: 'active'; readonly connections: readonly string[] }
  | { readonly kind: 'drain' }
  | { readonly kind: 'lost' };

/** Returns the bus topic on which a node receives its messages. */
export function topicOf(nodeId: string): string {
  return `node:${nodeId}`;
}

/** Formats a message for the bus. */
export function writeMessage(told: NodeMessage): string {
  return JSON.stringify({ v: 1, ...told });
}

/** Parses a bus message. Null if it is no message, or one of a later release that this release does not know. */
export function readMessage(text: string): NodeMessage | null {
  const { data } = message.safeParse(readJson(text));
  if (data === undefined) return null;
  const { v: _, ...told } = data;
  return told;
}
