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
 * What a node is told: to close some of its connections, that something was asked for on some of them, to stop as SIGTERM would make it, or that another has died, with
 * which hints may be lost that it should have published.
 */
export type NodeMessage =
  | { readonly kind: 'close'; readonly connections: readonly string[]; readonly why: 'REPLACED' | 'TOO_MANY' | 'DISCONNECTED' }
  | { readonly kind: 'active'; readonly connections: readonly string[] }
  | { readonly kind: 'drain' }
  | { readonly kind: 'lost' };

/** Where a node hears what it is told. */
export function topicOf(nodeId: string): string {
  return `node:${nodeId}`;
}

/** A message as it travels. */
export function writeMessage(told: NodeMessage): string {
  return JSON.stringify({ v: 1, ...told });
}

/** Reads a message. Null: a later release sends what this one does not know, or it is none at all. */
export function readMessage(text: string): NodeMessage | null {
  const { data } = message.safeParse(readJson(text));
  if (data === undefined) return null;
  const { v: _, ...told } = data;
  return told;
}
