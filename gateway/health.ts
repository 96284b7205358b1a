import type { Chat } from '../src/chat.ts';

/** The answer of a health endpoint. */
export interface Health {
  readonly status: 200 | 503;
  readonly body: { readonly status: 'live' | 'ready' | 'draining' | 'ailing'; readonly ailments?: readonly string[] };
}

/** Reports that the process runs. A process that does not answer has to be restarted. */
export function live(): Health {
  return { status: 200, body: { status: 'live' } };
}

/** Returns whether this node takes requests: not while it stops, nor while database or bus do not answer. Takes at most 2 s. */
export async function ready(chat: Chat, draining: boolean): Promise<Health> {
  if (draining) return { status: 503, body: { status: 'draining' } };
  const problems = await chat.problems();
  return problems.length === 0
    ? { status: 200, body: { status: 'ready' } }
    : { status: 503, body: { status: 'ailing', ailments: problems } };
}
