import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { createNewest } from '../newest/index.ts';
import { removeList, setList } from './change.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { createScreen } from './screen.ts';
import { type Lists, readActive, readLists, readVersion, readWords } from './store.ts';
import type { BlockedWords } from './words.ts';

interface Parts {
  readonly db: Db;
  readonly bus: Bus;
  readonly config: Pick<Config, 'headCheckMs'>;
  readonly logger: Logger;
}

/** Creates the blocked words of a node. No list is in force before `begin` has read them. */
export function createWords({ db, bus, config: { headCheckMs }, logger }: Parts): BlockedWords {
  let held: { readonly version: number; readonly matcher: Matcher } = { version: 0, matcher: () => [] };

  /** Puts lists in force, if they are newer than those in force. */
  function take({ version, active }: Lists): void {
    if (version <= held.version) return;
    held = { version, matcher: createMatcher(active) };
    logger.info({ version, lists: active.map(({ name }) => name) }, 'word lists are in effect');
  }

  const newest = createNewest({
    ...{ bus, logger, headCheckMs, topic: 'words', dialect: db.dialect },
    version: () => held.version,
    async read() {
      // There is rarely a newer version, and reading the version number alone is cheap.
      if ((await readVersion(db.client)) > held.version) take(await readActive(db));
    },
  });

  async function takeAndTell(): Promise<void> {
    take(await readActive(db));
    await newest.tell(held.version);
  }

  function log(actorId: bigint | null, what: object, message: string): void {
    logger.info({ actorId: actorId === null ? null : String(actorId), ...what }, message);
  }

  return {
    screen: createScreen(() => held.matcher),
    begin: () => newest.begin(),
    lists: () => readLists(db.client),
    words: (names) => readWords(db.client, names),
    async set(actorId, change) {
      const changed = await setList(db, actorId, change);
      const { name, action, enabled, wholeWords, wordCount } = changed.list;
      log(actorId, { list: name, action, enabled, wholeWords, wordCount }, 'a list of blocked words was changed');
      await takeAndTell();
      return changed;
    },
    async remove(actorId, { name }) {
      const list = await removeList(db, name);
      log(actorId, { list: name }, 'a list of blocked words was removed');
      await takeAndTell();
      return list;
    },
    [Symbol.asyncDispose]: () => newest[Symbol.asyncDispose](),
  };
}
