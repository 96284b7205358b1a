import { setTimeout as delay } from 'node:timers/promises';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  print,
} from 'graphql';
import { type Context, forEvent, forEveryone, type Sharing, ShownEvents, sharingOf } from '../schema/index.ts';
import { ChatError } from '../src/errors.ts';
import { Delivery, type Rendering } from './delivery.ts';
import { asSocketError, type Mask } from './errors.ts';
import type { Meter } from './meter.ts';
import { Payload, toBytes } from './payload.ts';
import { Renderings } from './renderings.ts';
import type { Tick } from './tick.ts';

/** What makes events into payloads, once for all who may share them. */
export interface Fanout {
  /** Opens a subscription; errors where its root field refuses it or its variables are wrong. Nothing is read before it begins. */
  open(args: SubscriptionArgs): Promise<Delivery | ExecutionResult>;
}

/** What a fan-out is made of. */
export interface FanoutParts {
  readonly mask: Mask;
  readonly tick: Tick;
  readonly meter: Meter;
}

/** A subscription to execute: parsed, validated, with the context of its operation. */
export type SubscriptionArgs = ExecutionArgs & { readonly contextValue: Context };

/** Listeners who asked for the same in the same words, so that what does not depend on the viewer is the same for all of them. */
interface Group {
  readonly key: string;
  readonly args: SubscriptionArgs;
  /** By event, those made of late. */
  readonly renderings: Map<object, Rendering>;
  listeners: number;
  moment: Moment | undefined;
}

/** What the listeners who are told of events in one go have in common. */
interface Moment {
  /** One for all of its events, so that a burst reads together, is done together, and is written at once; it is no older than they are. */
  context: Context | undefined;
  /** The last one, and what becomes of it: what all but the first listener need. */
  event: object | undefined;
  rendering: Rendering | undefined;
}

// An event that cannot be shown because the database is away is tried again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/** The groups of a node, and what is done in them. */
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

  /** The group of this key, made if there is none; one more listens to it. */
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

  /** One more event is handed to a subscription. */
  count(): void {
    this.#meter.events += 1;
  }

  /** What has been made of it for the group of late. */
  known(event: object, group: Group): Rendering | undefined {
    const rendering = group.renderings.get(event);
    return rendering && remember(group, event, rendering);
  }

  /** Renders it for all of the group. */
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

  /** Waits for the result; one that only shows that the database is away is no event: it is made anew, and what comes after it waits. */
  async #settle(rendering: Rendering, first: Shown, again: () => Shown, isOver: () => boolean): Promise<void> {
    let result = await first;
    for (let retryMs = firstRetryMs; isTransient(result) && !isOver(); retryMs = Math.min(retryMs * 2, lastRetryMs)) {
      await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
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

/** One subscription's place in its group. It joins with its first event: what no transport takes up leaves nothing behind. */
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

  // Of a burst only the first few are in the making. Were the others read when it is their turn, those that come meanwhile would wait for that and be read too: under load for ever.
  protected prepare(event: object): void {
    if (this.#group?.moment?.event !== event && this.#events.isAtHand(event)) this.#shared(event, this.#joined());
  }

  #look(event: object): Rendering {
    const shared = this.#shared(event, this.#joined());
    if (shared !== undefined) return shared;
    return this.#groups.render(this.#events.shape(event), this.#args, { contextFor: forEvent, isOver: () => this.#over });
  }

  /** What others get as well; undefined where it is for this one only. */
  #shared(event: object, group: Group): Rendering | undefined {
    const known = this.#groups.known(event, group);
    if (known !== undefined) return known;
    const shape = this.#events.shape(event);
    return this.#sharing.covers(shape) ? this.#groups.share(event, shape, group) : undefined;
  }

  #joined(): Group {
    if (this.#group === undefined) {
      this.#group = this.#groups.join(this.#key, this.#args);
      // The same text, kept once for all.
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
 * Makes the fan-out of a node. An event is executed and serialised once per group of listeners where its type allows it in their document
 * (sharingOf): in a context that has no viewer, so that no field can leak one listener's view to another. Everything else is executed for
 * each listener. Either way each event has a context, and so loaders, of its own.
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
      return new Member(groups, args, sharingFor(args), shownBy(source));
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

/** What executing one event takes. It is kept as long as the subscription lives: positions, which can be many, are not among it. */
function eventArgs({ variableValues, ...args }: SubscriptionArgs, { perEvent, eventVariables }: Sharing): SubscriptionArgs {
  const values = eventVariables.filter((name) => variableValues?.[name] !== undefined).map((name) => [name, variableValues?.[name]]);
  return { ...args, document: perEvent, variableValues: Object.fromEntries(values) };
}

interface Showing {
  readonly contextFor: (context: Context) => Context;
  /** Nobody waits any more. */
  readonly isOver: () => boolean;
}

type Shown = ExecutionResult | Promise<ExecutionResult>;

/** Executes the operation for one event. Never throws: what cannot be executed is a result with errors. */
function show(event: unknown, args: SubscriptionArgs, { contextFor }: Showing): Shown {
  return execute({ ...args, rootValue: event, contextValue: contextFor(args.contextValue) }) as Shown;
}

function isTransient({ errors }: ExecutionResult): boolean {
  return errors?.some(({ originalError }) => originalError instanceof ChatError && originalError.code === 'UNAVAILABLE') ?? false;
}

function payloadOf({ data, errors, extensions }: ExecutionResult, mask: Mask): Payload {
  const told = errors?.map((error: GraphQLError) => asSocketError(mask(error)).toJSON());
  return new Payload(toBytes(JSON.stringify({ ...(told && { errors: told }), data, extensions })));
}

function shownBy(events: AsyncIterable<unknown>): ShownEvents<object, object> {
  if (events instanceof ShownEvents) return events;
  throw new TypeError('a subscription field must resolve to a source of events and how they are shown');
}

/** Only the variables that are used below the root field matter: positions, in its arguments, differ from listener to listener. */
function keyOf({ document, operationName, variableValues }: SubscriptionArgs, { variables }: Sharing): string {
  // One that is absent takes its default, which null does not.
  const values = variables.map((name) => (variableValues?.[name] === undefined ? [] : [variableValues[name]]));
  return `${operationName ?? ''}\n${JSON.stringify(values)}\n${document.loc?.source.body ?? print(document)}`;
}
