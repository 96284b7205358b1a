/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | Thing;
/** A JSON object. */
export interface Thing {
  readonly [field: string]: Json;
}

/** A reference to an entity, in a normalized value. */
interface Ref extends Thing {
  readonly ref: string;
}

/** The edges of a connection, in order. */
export interface List extends Thing {
  readonly edges: readonly Thing[];
}

/**
 * A client's normalized cache, as the usual libraries have it: every object with an `id` is an entity and stored once. The rest is a tree
 * with references to entities. Writing an entity replaces its fields. Markers only rise.
 */
export interface Cache {
  /** Normalizes a response or an event: stores its entities, and returns the rest with references in their place. */
  write(value: Json): Json;
  entity(id: string): Thing | undefined;
  entities(): readonly Thing[];
  change(id: string, fields: Thing): void;
  /** Removes an entity: references to it read null, and lists leave it out. */
  evict(id: string): void;
  /** Returns everything reachable from a tree, by entity. */
  view(tree: Json): Thing;
}

const markers: ReadonlySet<string> = new Set(['readSeq', 'deliveredSeq', 'viewerReadSeq']);

/** Whether a value is an object. */
export function isThing(value: Json | undefined): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRef(value: Json): value is Ref {
  return isThing(value) && typeof value['ref'] === 'string';
}

/** Returns the id of a reference, or null. */
export function idOf(value: Json | undefined): string | null {
  return isThing(value) && typeof value['ref'] === 'string' ? value['ref'] : null;
}

/** Creates an empty cache. */
export function createCache(): Cache {
  const entities = new Map<string, Thing>();

  function fieldsOf(thing: Thing): Thing {
    return Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, write(value)]));
  }

  function write(value: Json): Json {
    if (Array.isArray(value)) return value.map(write);
    if (!isThing(value)) return value;
    const fields = fieldsOf(value);
    const { id } = fields;
    if (typeof id !== 'string') return fields;
    change(id, fields);
    return { ref: id };
  }

  function change(id: string, fields: Thing): void {
    const known = entities.get(id) ?? {};
    const risen = Object.entries(fields).map(([name, value]) => [name, markers.has(name) ? greater(known[name], value) : value]);
    entities.set(id, { ...known, ...Object.fromEntries(risen) });
  }

  function shown(value: Json, reach: (id: string) => void): Json {
    if (isRef(value)) {
      if (!entities.has(value.ref)) return null;
      reach(value.ref);
      return value;
    }
    if (Array.isArray(value)) return value.filter(present).map((item) => shown(item, reach));
    if (!isThing(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shown(field, reach)]));
  }

  /** False for an edge whose node was removed. */
  function present(item: Json): boolean {
    const node = isThing(item) ? idOf(item['node']) : null;
    return node === null || entities.has(node);
  }

  function view(tree: Json): Thing {
    const seen: { [id: string]: Json } = {};
    const next: string[] = [];
    const reach = (id: string) => void next.push(id);
    const root = shown(tree, reach);
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      const entity = entities.get(id);
      if (entity === undefined || Object.hasOwn(seen, id)) continue;
      seen[id] = null;
      seen[id] = shown(entity, reach);
    }
    return { ...seen, root };
  }

  return {
    write,
    change,
    view,
    entity: (id) => entities.get(id),
    entities: () => [...entities.values()],
    evict: (id) => void entities.delete(id),
  };
}

function greater(known: Json | undefined, value: Json): Json {
  return typeof known === 'number' && typeof value === 'number' ? Math.max(known, value) : value;
}

/** Returns the edges of a list. Empty if there is no list. */
export function edgesOf(list: Json | undefined): readonly Thing[] {
  const edges = isThing(list) ? list['edges'] : [];
  return Array.isArray(edges) ? edges.filter(isThing) : [];
}

/** Returns a value that has to be text. Throws if it is not. */
export function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)} is no text`);
  return value;
}

/** Returns a value that has to be a number. Throws if it is not. */
export function number(value: Json | undefined): number {
  if (typeof value !== 'number') throw new Error(`${JSON.stringify(value)} is no number`);
  return value;
}
