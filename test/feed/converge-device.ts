import type { ResultOf } from '@graphql-typed-document-node/core';
import type { FormattedExecutionResult } from 'graphql-ws';
import { subscribe } from '../support/client.ts';
import { given, type Person, type World } from '../support/world.ts';
import { createCache, isThing, type Thing } from './converge-cache.ts';
import { changesDocument, listsDocument, stateDocument } from './converge-documents.ts';
import { apply, type Held, order, type Shown, settle } from './converge-rules.ts';
import { readAnew } from './converge-waiting.ts';

/** What a device shows, and its positions. */
export interface State {
  /** Everything shown, by entity. */
  view(): Thing;
  readonly positions: readonly Thing[];
}

/** A device that read the state once, and keeps it up to date by events. */
export interface Device extends State {
  /** Subscribes from its positions, and applies events up to StreamReady. */
  connect(): Promise<void>;
  /** Applies events until it has every entry up to these positions. */
  reach(positions: readonly Thing[]): Promise<void>;
  /** Returns another device with the same initial state, which is offline. */
  twin(): Device;
}

/** Reads everything that a viewer may see. The device is offline until `connect`. `people`: all users that the viewer may know of. */
export async function readDevice(chat: World, viewer: Person, people: readonly Person[]): Promise<Device> {
  return deviceThatRead(await chat.ask(stateDocument, { people: people.map(({ id }) => id) }, viewer), chat, viewer);
}

function deviceThatRead(answer: ResultOf<typeof stateDocument>, chat: World, viewer: Person): Device {
  const cache = createCache();
  const { positions, ...rest } = given(answer.viewer, []);
  const own = cache.write(rest);
  if (!isThing(own) || !Array.isArray(positions)) throw new Error('a viewer has positions');
  const heads = positions.filter(isThing);
  const shown: Shown = { viewer: own, people: cache.write(answer.people) };
  const lastSeqs = cache
    .entities()
    .flatMap(({ id = null, lastSeq }) => (typeof lastSeq === 'number' ? [[String(id), lastSeq] as const] : []));
  const held: Held = { cache, shown, deleted: new Set(), waiting: { anew: new Set(), upTo: new Map(lastSeqs) } };
  order(held);
  const reached = new Map(heads.map(({ streamId, seq }) => [streamId, seq]));
  let events: AsyncIterator<FormattedExecutionResult<{ readonly events: Thing }, unknown>> | undefined;

  function position(head: Thing): Thing {
    const { viewerReadSeq } = cache.entity(String(head['streamId'])) ?? {};
    return { ...head, ...(viewerReadSeq !== undefined && { readSeq: viewerReadSeq }) };
  }

  async function next(): Promise<string> {
    const event = (await events?.next())?.value?.data?.events;
    if (event === undefined) throw new Error('the subscription has ended, or had not begun');
    apply(held, event);
    await readLists();
    const { __typename: type, streamId, seq } = event;
    if (streamId !== undefined && seq !== undefined) reached.set(streamId, seq);
    return String(type);
  }

  /** Reads the lists again that could not be kept up to date. */
  async function readLists(): Promise<void> {
    for (const id of held.waiting.anew) {
      const { viewer: own, conversation } = await chat.ask(listsDocument, { id }, viewer);
      if (conversation !== null) readAnew(held, id, { ...own, conversation });
    }
    if (held.waiting.anew.size === 0) return;
    held.waiting.anew.clear();
    settle(held);
  }

  return {
    positions: heads,
    view: () => cache.view({ viewer: shown.viewer, people: shown.people }),
    async connect() {
      events = subscribe(chat.socket(viewer), changesDocument, { after: heads.map(position) });
      while ((await next()) !== 'StreamReady');
    },
    async reach(all) {
      while (all.some(({ streamId, seq }) => Number(reached.get(streamId ?? null) ?? 0) < Number(seq))) await next();
    },
    twin: () => deviceThatRead(answer, chat, viewer),
  };
}
