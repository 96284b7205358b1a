import { createSourceEventStream, type DocumentNode, type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { type Context, forEvent, forEveryone, type Sharing, ShownEvents, sharingOf } from '../schema/index.ts';
import { ChatError } from '../src/errors.ts';
import { Retries } from '../src/retries.ts';
import { Delivery, type Rendering } from './delivery.ts';
import { asSocketError, type Mask } from './errors.ts';
import { eventArgs, keyOf, type SubscriptionArgs } from './event-args.ts';
import type { Meter } from './meter.ts';
import { Payload, toBytes } from './payload.ts';
import { Renderings } from './renderings.ts';
import type { Tick } from './tick.ts';

/** Renders events into payloads, once for all listeners that may share them. */
export interface Fanout {
  /**
   * Opens a subscription. Resolves to errors if its root field refuses it or its variables are wrong. Nothing is read before the delivery
   * starts.
   */
  open(args: SubscriptionArgs): Promise<Delivery | ExecutionResult>;
}

/** The parts of a fan-out. */
export interface FanoutParts {
  readonly mask: Mask;
  readonly tick: Tick;
  readonly meter: Meter;
}

/** Listeners with the same document, operation and variables, for whom everything that does not depend on the viewer is the same. */
interface Group {
  readonly key: string;
  readonly args: SubscriptionArgs;
  /** Recent renderings, by event. */
  readonly renderings: Map<object, Rendering>;
  listeners: number;
  moment: Moment | undefined;
}

/** What the listeners share that are handed events in the same synchronous run. */
interface Moment {
  /** One context for all events of the moment, so that a burst is read, rendered and written together. It is no older than the events. */
  context: Context | undefined;
  /** The last event and its rendering, which all listeners but the first need. */
  event: object | undefined;
  rendering: Rendering | undefined;
}

/** The groups of a node. */
class Groups {
  readonly #mask: Mask;
  readonly #tick: Tick;
  readonly #meter: Meter;
  readonly #groups = new Map<string, Group>();
  readonly #renderings = new Renderings();

  constructor({ mask, tick, meter }: FanoutParts) {
    this.#mask = mask;
    this.#tick = tick;
    this.#meter = meter;
  }

  /** Adds a listener to the group of a key. Creates the group if there is none. */
  join(key: string, args: SubscriptionArgs): Group {
    const group = this.#groups.get(key) ?? { key, args, renderings: new Map(), listeners: 0, moment: undefined };
    this.#groups.set(key, group);
    group.listeners += 1;
    return group;
  }

  leave(group: Group): void {
    group.listeners -= 1;
    if (group.listeners === 0) this.#groups.delete(group.key);
  }

  /** Counts an event that is handed to a subscription. */
  count(): void {
    this.#meter.events += 1;
  }

  /** Returns the recent rendering of an event for a group, if there is one. */
  known(event: object, group: Group): Rendering | undefined {
    const rendering = group.renderings.get(event);
    return rendering && remember(group, event, rendering);
  }

  /** Renders an event for the whole group. */
  share(event: object, shape: object, group: Group): Rendering {
    const rendering = this.render(shape, group.args, { contextFor: () => contextOf(group), isOver: () => group.listeners === 0 });
    this.#renderings.keep(rendering, event, group.renderings);
    this.#renderings.weigh(rendering);
    return remember(group, event, rendering);
  }

  render(shape: object, args: SubscriptionArgs, how: Showing): Rendering {
    const rendering: Rendering = { payload: undefined, waiting: [] };
    const result = show(shape, args, how);
    if (!(result instanceof Promise) && !isTransient(result)) rendering.payload = payloadOf(result, this.#mask);
    else void this.#settle(rendering, result, () => show(shape, args, how), how.isOver);
    return rendering;
  }

  /** Waits for the result. If the database cannot be reached, retries: the event is not dropped, and later ones wait for it. */
  async #settle(rendering: Rendering, first: Shown, again: () => Shown, isOver: () => boolean): Promise<void> {
    let result = await first;
    const retries = new Retries();
    while (isTransient(result) && !isOver()) {
      await retries.pause();
      result = await again();
    }
    rendering.payload = payloadOf(result, this.#mask);
    this.#renderings.weigh(rendering);
    this.#tick.soon(() => {
      for (const delivery of rendering.waiting.splice(0)) {
        delivery.rendered();
        this.#tick.flush();
      }
    });
  }
}

/**
 * A subscription and its place in a group. It joins with its first event, so a subscription that no transport takes leaves nothing behind.
 */
class Member extends Delivery {
  readonly #groups: Groups;
  readonly #args: SubscriptionArgs;
  readonly #sharing: Sharing;
  readonly #events: ShownEvents<object, object>;
  #key: string;
  #group: Group | undefined;
  #over = false;

  constructor(groups: Groups, args: SubscriptionArgs, sharing: Sharing, events: ShownEvents<object, object>) {
    super({ source: events.source, signal: args.contextValue.signal });
    this.#groups = groups;
    this.#args = eventArgs(args, sharing);
    this.#sharing = sharing;
    this.#events = events;
    this.#key = keyOf(args, sharing);
  }

  protected render(event: object): Rendering {
    this.#groups.count();
    const moment = this.#group?.moment;
    if (moment?.event === event && moment.rendering !== undefined) return moment.rendering;
    return this.#look(event);
  }

  // Only the first few events of a burst are rendered by polling. If the others were read from the database when their turn comes, events
  // that arrive meanwhile would wait and be read too. Under load this would never end.
  protected prepare(event: object): void {
    if (this.#group?.moment?.event !== event && this.#events.isAtHand(event)) this.#shared(event, this.#joined());
  }

  #look(event: object): Rendering {
    const shared = this.#shared(event, this.#joined());
    if (shared !== undefined) return shared;
    return this.#groups.render(this.#events.shape(event), this.#args, { contextFor: forEvent, isOver: () => this.#over });
  }

  /** Returns the rendering that others share. Undefined if the event is rendered for this listener alone. */
  #shared(event: object, group: Group): Rendering | undefined {
    const known = this.#groups.known(event, group);
    if (known !== undefined) return known;
    const shape = this.#events.shape(event);
    return this.#sharing.covers(shape) ? this.#groups.share(event, shape, group) : undefined;
  }

  #joined(): Group {
    if (this.#group === undefined) {
      this.#group = this.#groups.join(this.#key, this.#args);
      // Shares one copy of the text with the group.
      this.#key = this.#group.key;
    }
    return this.#group;
  }

  protected ended(): void {
    this.#over = true;
    if (this.#group !== undefined) this.#groups.leave(this.#group);
  }
}

/**
 * Creates the fan-out of a node. An event is executed and serialised once per group if its type allows that in the document (sharingOf).
 * The shared context has no viewer, so no field can leak one listener's view to another. Everything else is executed for each listener. In
 * either case, each event has a context, and so loaders, of its own.
 */
export function createFanout(parts: FanoutParts): Fanout {
  const groups = new Groups(parts);
  const sharings = new WeakMap<DocumentNode, Map<string, Sharing>>();

  function sharingFor({ schema, document, operationName }: SubscriptionArgs): Sharing {
    const known = sharings.get(document) ?? new Map<string, Sharing>();
    sharings.set(document, known);
    const sharing = known.get(operationName ?? '') ?? sharingOf(schema, document, operationName);
    known.set(operationName ?? '', sharing);
    return sharing;
  }

  return {
    async open(args) {
      const source = await createSourceEventStream(args);
      if (!(Symbol.asyncIterator in source)) return source;
      const sharing = sharingFor(args);
      const events = shownBy(source);
      try {
        return new Member(groups, args, sharing, events);
      } catch (error) {
        await events.return();
        return { errors: [parts.mask(error)] };
      }
    },
  };
}

function momentOf(group: Group): Moment {
  if (group.moment === undefined) {
    group.moment = { context: undefined, event: undefined, rendering: undefined };
    queueMicrotask(() => {
      group.moment = undefined;
    });
  }
  return group.moment;
}

function remember(group: Group, event: object, rendering: Rendering): Rendering {
  const moment = momentOf(group);
  moment.event = event;
  moment.rendering = rendering;
  return rendering;
}

function contextOf(group: Group): Context {
  const moment = momentOf(group);
  moment.context ??= forEveryone(group.args.contextValue);
  return moment.context;
}

interface Showing {
  readonly contextFor: (context: Context) => Context;
  /** Returns whether nobody waits for the result any more. */
  readonly isOver: () => boolean;
}

type Shown = ExecutionResult | Promise<ExecutionResult>;

/** Executes the operation for one event. Never throws: an operation that cannot be executed is a result with errors. */
function show(event: unknown, args: SubscriptionArgs, { contextFor }: Showing): Shown {
  return execute({ ...args, rootValue: event, contextValue: contextFor(args.contextValue) }) as Shown;
}

function isTransient({ errors }: ExecutionResult): boolean {
  return errors?.some(({ originalError }) => originalError instanceof ChatError && originalError.code === 'UNAVAILABLE') ?? false;
}

/** Serialises a result. Never throws: nobody awaits a rendering, so an error would end the process. */
function payloadOf(result: ExecutionResult, mask: Mask): Payload {
  try {
    return serialised(result, mask);
  } catch (error) {
    // Beyond the length of a string.
    return serialised({ errors: [mask(error)], data: null }, mask);
  }
}

function serialised({ data, errors, extensions }: ExecutionResult, mask: Mask): Payload {
  const told = errors?.map((error: GraphQLError) => asSocketError(mask(error)).toJSON());
  return new Payload(toBytes(JSON.stringify({ ...(told && { errors: told }), data, extensions })));
}

function shownBy(events: AsyncIterable<unknown>): ShownEvents<object, object> {
  if (events instanceof ShownEvents) return events;
  throw new TypeError('a subscription field must resolve to a source of events and how they are shown');
}
