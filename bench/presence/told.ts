import { Latencies } from '../send/latencies.ts';
import type { Coming, WatchersPlan } from './crowd-plan.ts';

const idMark = Buffer.from('"id":"');
const quote = '"'.charCodeAt(0);
const online = Buffer.from('"status":"ONLINE"');
const offline = Buffer.from('"status":"OFFLINE"');

/** The presences that all watchers have received: first each user offline, then each user online, once. */
export class Told {
  readonly latencies = new Latencies();
  /** Number of presences of an offline user, before anybody has come. */
  before = 0;
  told = 0;
  twice = 0;
  other = 0;
  readonly #communities: number;
  readonly #places: ReadonlyMap<string, number>;
  /** For each watcher, by position in their community: whether the watcher was told that the user is online. */
  readonly #seen: readonly Uint8Array[];
  #coming: Coming | undefined;

  constructor({ userIds, communities, watchers }: WatchersPlan) {
    this.#communities = communities;
    this.#places = new Map(userIds.map((id, place) => [id, place]));
    const each = Math.ceil(userIds.length / communities);
    this.#seen = watchers.map(() => new Uint8Array(each));
  }

  /** Begins the phase in which users come online. */
  begin(coming: Coming): void {
    this.#coming = coming;
  }

  /** Notes what a watcher of a community received at a time. Throws if it is about a user whom they do not watch, or cannot be read. */
  note({ watcher, community }: { readonly watcher: number; readonly community: number }, payload: Buffer, at: number): void {
    const place = this.#placeOf(payload);
    const seen = this.#seen[watcher];
    if (place === undefined || place % this.#communities !== community || seen === undefined) {
      throw new Error(`watcher ${watcher} got what is not theirs: ${payload.toString('utf8')}`);
    }
    if (this.#coming === undefined && payload.includes(offline)) this.before += 1;
    else if (this.#coming === undefined || !payload.includes(online)) this.other += 1;
    else this.#count(seen, place, at - this.#coming.begin - place * this.#coming.everyMs);
  }

  #count(seen: Uint8Array, place: number, ms: number): void {
    const turn = Math.floor(place / this.#communities);
    if (seen[turn] === 1) this.twice += 1;
    else {
      seen[turn] = 1;
      this.told += 1;
      this.latencies.add(ms);
    }
  }

  /** Finds the place of the user. The user's id is the only id in an event. */
  #placeOf(payload: Buffer): number | undefined {
    const from = payload.indexOf(idMark) + idMark.length;
    return this.#places.get(payload.toString('latin1', from, payload.indexOf(quote, from)));
  }
}
