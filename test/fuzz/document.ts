import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  type OperationTypeNode,
} from 'graphql';
import type { Chance } from './chance.ts';
import { isWritable, literal } from './literal.ts';
import type { Values } from './values.ts';

/** An operation, ready to be sent. */
export interface Operation {
  readonly kind: `${OperationTypeNode}`;
  /** Its root fields. */
  readonly fields: readonly string[];
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The parts of a writer. */
export interface WriterParts {
  readonly schema: GraphQLSchema;
  readonly chance: Chance;
  readonly values: Values;
}

/** Writes operations. */
export interface Writer {
  /** Writes an operation for a user, with random root fields, or with the given one. */
  write(kind: Operation['kind'], by: string, field?: string): Operation;
}

type Field = GraphQLField<unknown, unknown>;

/** What is left of a document's limits. See `gateway/limits.ts`. */
interface Draft {
  /** False for a subscription, because a refusal would leave nothing to receive. */
  readonly careless: boolean;
  readonly declared: string[];
  readonly variables: Record<string, unknown>;
  readonly fragments: string[];
  /** The meaning of each name at each path of the answer, which has to be the same for all selections of that path. */
  readonly named: Map<string, string>;
  fields: number;
  aliases: number;
  /** The number of fields that are resolved if every page is full. */
  resolved: number;
  count: number;
}

// Well within the limits of depth, fields and aliases of a document. A subscription may have 25 aliases.
const maxDepth = 11;
const bounds = {
  query: { fields: 260, aliases: 120 },
  mutation: { fields: 160, aliases: 120 },
  subscription: { fields: 400, aliases: 25 },
} as const;

// Half of the limit of resolved fields: the cost of another field is only known afterwards.
const mostResolved = 50_000;
const usualPage = 50;
const fieldsEach = 15;

/** A place in an answer. */
interface Place {
  readonly of: GraphQLNamedType;
  readonly place: string;
  readonly depth: number;
  /** How often it occurs if every page is full. */
  readonly times: number;
}

/** Whether a document has room for another field, and for part of what is below it. */
function hasRoom(draft: Draft, { type }: Field, { depth, times }: Place): boolean {
  const isDeep = isCompositeType(getNamedType(type));
  if (draft.fields <= 0 || (isDeep && depth >= maxDepth)) return false;
  return draft.resolved >= times * (isDeep ? usualPage * fieldsEach : 1);
}

/** Creates a writer for a schema. Selections, their form and the arguments are random. */
export function createWriter({ schema, chance, values }: WriterParts): Writer {
  function write(kind: Operation['kind'], by: string, field?: string): Operation {
    const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind];
    if (!root) throw new Error(`there is no ${kind}`);
    values.begin(by);
    const all = Object.values(root.getFields());
    const chosen =
      field === undefined
        ? Array.from({ length: kind === 'query' ? chance.whole(1, 3) : 1 }, () => chance.one(all))
        : all.filter(({ name }) => name === field);
    const draft: Draft = {
      careless: kind !== 'subscription',
      declared: [],
      variables: {},
      fragments: [],
      named: new Map(),
      ...bounds[kind],
      resolved: mostResolved,
      count: 0,
    };
    const selected = chosen.map((one) => selectField(draft, one, { of: root, place: '', depth: 0, times: 1 })).join(' ');
    const declared = draft.declared.length === 0 ? '' : ` (${draft.declared.join(', ')})`;
    return {
      kind,
      fields: chosen.map(({ name }) => name),
      query: [`${kind}${declared} { ${selected} }`, ...draft.fragments].join('\n'),
      variables: draft.variables,
    };
  }

  function selectField(draft: Draft, field: Field, { place, depth, times }: Place): string {
    const type = getNamedType(field.type);
    draft.fields -= 1;
    draft.resolved -= times;
    const given = argumentsOf(draft, field, depth);
    const [, size = usualPage] = /\b(?:first|last): (\d+)/.exec(given) ?? [];
    const repeats = type.name.endsWith('Connection') || field.name === 'nodes' ? Number(size) : 1;
    const means = `${field.name}${given} ${field.type}`;
    const name = nameFor(draft, field.name, place, means);
    if (name === null) return '';
    const below = isCompositeType(type)
      ? ` ${selectionOf(draft, { of: type, place: `${place}.${name}`, depth: depth + 1, times: times * repeats })}`
      : '';
    return `${name === field.name ? '' : `${name}: `}${field.name}${given}${directive(draft)}${below}`;
  }

  /** Returns a name for a field at a path, so that no name has two meanings. Null if it would need an alias and none is left. */
  function nameFor(draft: Draft, field: string, place: string, means: string): string | null {
    const called = draft.named.get(`${place}.${field}`);
    if (called === undefined && !(chance.odds(0.03) && draft.aliases > 0)) {
      draft.named.set(`${place}.${field}`, means);
      return field;
    }
    if (called === means) return field;
    if (draft.aliases <= 0) return null;
    draft.aliases -= 1;
    draft.count += 1;
    return `${field}_${draft.count}`;
  }

  function directive(draft: Draft): string {
    if (!chance.odds(0.03)) return '';
    const isSkip = chance.odds(0.5);
    if (chance.odds(0.5)) return ` @${isSkip ? 'skip' : 'include'}(if: ${chance.odds(0.5)})`;
    return ` @${isSkip ? 'skip' : 'include'}(if: ${declare(draft, 'Boolean!', chance.odds(0.5))})`;
  }

  function declare(draft: Draft, type: string, value: unknown): string {
    draft.count += 1;
    const name = `v${draft.count}`;
    draft.declared.push(`$${name}: ${type}`);
    if (value !== undefined) draft.variables[name] = value;
    return `$${name}`;
  }

  function argumentsOf(draft: Draft, { name, type, args }: Field, depth: number): string {
    // Below the root, one refusal costs much of the answer.
    const isRoot = depth === 0 && (draft.careless || chance.odds(0.3));
    const given = askedBy(args, depth).flatMap((one) => {
      const value = values.valueFor(hintOf(one.name, name, getNamedType(type).name), one.type, !isRoot);
      if (value === undefined) return chance.odds(0.05) ? [`${one.name}: ${declare(draft, String(one.type), undefined)}`] : [];
      // The page size counts against a document's limits, and the value of a variable is not known there.
      const asVariable = /^(first|last|around)$/.test(one.name) ? chance.odds(0.05) : chance.odds(depth === 0 ? 0.7 : 0.2);
      return [`${one.name}: ${asVariable || !isWritable(value) ? declare(draft, String(one.type), value) : literal(one.type, value)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** Returns a hint for an argument whose name does not say what it takes. */
  function hintOf(argument: string, field: string, type: string): string {
    if (argument === 'id') return `${field}.id`;
    return /^(after|before)$/.test(argument) ? `cursor:${type.replace(/Connection$/, 'Edge')}` : argument;
  }

  /** Returns the arguments to give. A page mostly only gets its size, because otherwise most pages would be empty. */
  function askedBy(args: readonly GraphQLArgument[], depth: number): readonly GraphQLArgument[] {
    const isPage = args.some(({ name }) => name === 'first');
    if (!isPage || chance.odds(depth === 0 ? 0.3 : 0.1)) return args;
    const size = chance.one(args.filter(({ name }) => ['first', 'last', 'around'].includes(name)));
    return args.filter((one) => one === size || isRequiredArgument(one));
  }

  function selectionOf(draft: Draft, place: Place): string {
    const { of } = place;
    const parts = isObjectType(of) ? fieldsOf(draft, of, place) : isAbstractType(of) ? typesOf(draft, place) : [];
    return `{ ${['__typename', ...parts].join(' ')} }`;
  }

  function fieldsOf(draft: Draft, of: GraphQLObjectType | GraphQLInterfaceType, place: Place): readonly string[] {
    return Object.values(of.getFields())
      .filter((field) => isWanted(field, place) && hasRoom(draft, field, place))
      .map((field) => wrapped(draft, of, selectField(draft, field, place)));
  }

  function isWanted({ name, type }: Field, { depth }: Place): boolean {
    // These fields hold the whole content of pages and payloads.
    if (/^(edges|node|errors|pageInfo)$/.test(name)) return chance.odds(0.95);
    const near = depth < 3 ? 0.85 : 0.4;
    return chance.odds(isCompositeType(getNamedType(type)) ? (depth < 6 ? near : 0.2) : 0.75);
  }

  function typesOf(draft: Draft, place: Place): readonly string[] {
    const { of } = place;
    if (!isAbstractType(of)) return [];
    const own = isInterfaceType(of) ? fieldsOf(draft, of, place) : [];
    const possible = schema.getPossibleTypes(of);
    const wider = Object.values(schema.getTypeMap()).filter(
      (type) => isInterfaceType(type) && schema.getPossibleTypes(type).some((one) => possible.includes(one)),
    );
    const narrow = shuffled(place.depth < 3 ? possible : chance.some(possible, 0.6));
    const inner = narrow.map((type) => `... on ${type.name}${directive(draft)} { __typename ${fieldsOf(draft, type, place).join(' ')} }`);
    const outer = chance
      .some(wider, 0.1)
      .map((type) => (isInterfaceType(type) ? `... on ${type.name} { ${fieldsOf(draft, type, place).join(' ')} __typename }` : ''));
    return [...own, ...inner, ...outer];
  }

  function shuffled<T>(list: readonly T[]): readonly T[] {
    const rest = [...list];
    return list.map(() => rest.splice(chance.whole(0, rest.length - 1), 1)[0] as T);
  }

  /** Returns the selection, now and then within a fragment. */
  function wrapped(draft: Draft, { name: type }: { readonly name: string }, selected: string): string {
    if (selected === '' || !chance.odds(0.04)) return selected;
    if (chance.odds(0.5)) return `...${chance.odds(0.5) ? ` on ${type}` : ''}${directive(draft)} { ${selected} }`;
    draft.count += 1;
    draft.fragments.push(`fragment F${draft.count} on ${type} { ${selected} }`);
    return `...F${draft.count}`;
  }

  return { write };
}
