import type { Chat } from '../src/chat.ts';

/** What a health endpoint answers. */
export interface Health {
  readonly status: 200 | 503;
  readonly body: { readonly status: 'live' | 'ready' | 'draining' | 'ailing'; readonly ailments?: readonly string[] };
}

/** The process runs and answers; restart it when it does not. */
export function live(): Health {
  return { status: 200, body: { status: 'live' } };
}

/** Whether to send this node requests: not while it stops, nor while database or bus fail it. Bounded by 2 s. */
export async function ready(chat: Chat, draining: boolean): Promise<Health> {
  if (draining) return { status: 503, body: { status: 'draining' } };
  const ailments = await chat.ailments();
  return ailments.length === 0 ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'ailing', ailments } };
}
