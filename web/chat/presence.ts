import type { Subscribe } from '../../client/index.ts';
import { type PersonFragment, PresenceDocument, type PresenceStatus, type PresenceSubscription } from '../generated/graphql.ts';
import type { People } from './renamed.ts';
import type { State } from './state.ts';

/** Watches presence. */
export interface Presence {
  /** Watches exactly these users, or the first ones if they are too many for the server. */
  watch(userIds: readonly string[]): void;
  /** Subscribes again after a lost connection. The server sends everything again, as presence has no positions. */
  again(): void;
  stop(): void;
}

/** The callbacks. */
export interface PresenceParts {
  readonly subscribe: Subscribe;
  /** Called with the presence of the watched users. */
  readonly show: (presence: ReadonlyMap<string, PresenceStatus>) => void;
  /** Called with the profiles of users, at first and whenever they change. */
  readonly called: (people: People) => void;
  /** Whether events are followed at the moment. */
  readonly isLive: () => boolean;
}

// At first the server sends all users one after another. To apply a profile is a walk through all that is held, so these share one.
const gatherMs = 100;
// An outage of Redis, during which a new watch is refused, lasts seconds or longer.
const retryMs = 5_000;
// The default of the server's MAX_WATCHED.
const usuallyMost = 500;

/** Creates it. */
export function createPresence({ subscribe, show, called, isLive }: PresenceParts): Presence {
  let wanted: readonly string[] = [];
  let watched: readonly string[] = [];
  let most = usuallyMost;
  let end: (() => void) | undefined;
  let known: ReadonlyMap<string, PresenceStatus> = new Map();
  const names = new Map<string, string>();
  let fresh = new Map<string, PersonFragment>();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function know(next: ReadonlyMap<string, PresenceStatus>): void {
    known = next;
    show(known);
  }

  function handOn(): void {
    gathering = undefined;
    const people = fresh;
    fresh = new Map();
    called(people);
  }

  function leave(): void {
    clearTimeout(retry);
    end?.();
    end = undefined;
  }

  function again(): void {
    leave();
    if (watched.length === 0) return;
    const own = subscribe(
      { query: PresenceDocument.toString(), variables: { userIds: watched } },
      {
        next({ data }) {
          const told = (data as PresenceSubscription | null | undefined)?.presence;
          if (told === undefined) return;
          know(new Map(known).set(told.user.id, told.status));
          if (names.get(told.user.id) === told.user.displayName) return;
          names.set(told.user.id, told.user.displayName);
          fresh.set(told.user.id, told.user);
          gathering ??= setTimeout(handOn, gatherMs);
        },
        error: refused,
        complete: lost,
      },
    );
    end = own;

    /** Operators may have set another MAX_WATCHED, which only the refusal tells. */
    function refused(error: unknown): void {
      const isTooMany = end === own && watched.length > 1 && isMistaken(error);
      lost();
      if (!isTooMany) return;
      most = Math.floor(watched.length / 2);
      watch(wanted);
    }

    /** Presence is unknown now. After a lost connection it is watched again when the events are, which decides when to retry. */
    function lost(): void {
      if (end !== own) return;
      end = undefined;
      retry = setTimeout(() => isLive() && again(), retryMs);
      know(new Map());
    }
  }

  function watch(userIds: readonly string[]): void {
    wanted = userIds;
    const next = wanted.slice(0, most).toSorted();
    if (next.join() === watched.join()) return;
    watched = next;
    // Users who are not watched any more are not shown.
    known = new Map([...known].filter(([id]) => next.includes(id)));
    again();
  }

  return {
    watch,
    again,
    stop() {
      clearTimeout(gathering);
      leave();
    },
  };
}

/** The users whose presence is shown: the peer of each direct conversation, and the members of the open conversation. */
export function shownPeople({ me, conversations, rooms }: State, opened: string | null): readonly string[] {
  const peers = [...conversations.values()].flatMap((one) => (one.__typename === 'DirectConversation' ? [one.viewerPeer.id] : []));
  const members = (opened === null ? undefined : rooms.get(opened))?.members.map(({ id }) => id) ?? [];
  return [...new Set([...members, ...peers])].filter((id) => id !== me.id);
}

function isMistaken(error: unknown): boolean {
  return Array.isArray(error) && error.some((one) => one?.extensions?.code === 'BAD_USER_INPUT');
}
