import type { Entry } from '../log/index.ts';
import type { HintPublisher } from './hint-publisher.ts';

/** Publishes what stored entries change for watchers: whom they may watch, and how a user is seen. */
export function tellOfEntries(telling: HintPublisher, entries: readonly Entry[]): void {
  for (const { streamId, seq, actorId, type, data } of entries) {
    // A group's first entry is the joining of its members. Only a direct conversation begins with a message, so its two users may watch
    // each other from then on.
    if (type === 'MessageSent' && seq === 1 && actorId !== null) telling.tell(actorId, { kind: 'access', others: null });
    else if (type === 'SettingsChanged') telling.tell(streamId, { kind: 'chosen' });
    else if (type === 'ConversationOpened' || type === 'ConversationClosed') telling.tell(streamId, { kind: 'access', others: null });
    else if (type === 'ProfileChanged') {
      // The erasure of an account is logged as this entry alone.
      telling.tell(streamId, { kind: 'access', others: null });
      telling.tell(streamId, { kind: 'chosen' });
    } else if (type === 'ContactChanged' || type === 'BlockChanged') telling.tell(streamId, { kind: 'access', others: [data.otherId] });
  }
}
