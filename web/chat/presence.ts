import type { Subscribe } from '../../client/index.ts';
import { type PersonFragment, PresenceDocument, type PresenceStatus, type PresenceSubscription } from '../generated/graphql.ts';
import type { State } from './state.ts';

/** Watches who is there. */
export interface Presence {
  /** Watches these people, and nobody else. */
  watch(userIds: readonly string[]): void;
  /** After the connection was lost: all is told anew, there are no positions to keep. */
  again(): void;
  stop(): void;
}

/** What is told. */
export interface PresenceParts {
  readonly subscribe: Subscribe;
  /** What is known of those watched. */
  readonly show: (presence: ReadonlyMap<string, PresenceStatus>) => void;
  /** How somebody is called: told at first, and when it is another. */
  readonly called: (person: PersonFragment) => void;
}

/** Makes it. */
export function createPresence({ subscribe, show, called }: PresenceParts): Presence {
  let watched: readonly string[] = [];
  let end: (() => void) | undefined;
  let known: ReadonlyMap<string, PresenceStatus> = new Map();
  const names = new Map<string, string>();

  function know(next: ReadonlyMap<string, PresenceStatus>): void {
    known = next;
    show(known);
  }

  function again(): void {
    end?.();
    end = undefined;
    if (watched.length === 0) return;
    const leave = subscribe(
      { query: PresenceDocument.toString(), variables: { userIds: watched } },
      {
        next({ data }) {
          const told = (data as PresenceSubscription | null | undefined)?.presence;
          if (told === undefined) return;
          know(new Map(known).set(told.user.id, told.status));
          if (names.get(told.user.id) === told.user.displayName) return;
          names.set(told.user.id, told.user.displayName);
          called(told.user);
        },
        error: lost,
        complete: lost,
      },
    );
    end = leave;

    /** Who is there is not known any more. It comes back with the following of events, which knows when. */
    function lost(): void {
      if (end === leave) know(new Map());
    }
  }

  return {
    watch(userIds) {
      const next = userIds.toSorted();
      if (next.join() === watched.join()) return;
      watched = next;
      // What is told of nobody any more is not to be shown.
      known = new Map([...known].filter(([id]) => next.includes(id)));
      again();
    },
    again,
    stop: () => end?.(),
  };
}

// MAX_WATCHED of a server is 500 unless its operators have changed it.
const most = 500;

/** Whose presence is shown: the other side of each direct conversation, and the members of the room that is looked at. */
export function shownPeople({ me, conversations, rooms }: State, opened: string | null): readonly string[] {
  const peers = [...conversations.values()].flatMap((one) => (one.__typename === 'DirectConversation' ? [one.viewerPeer.id] : []));
  const members = (opened === null ? undefined : rooms.get(opened))?.members.map(({ id }) => id) ?? [];
  return [...new Set([...members, ...peers])].filter((id) => id !== me.id).slice(0, most);
}
