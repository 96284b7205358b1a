import { readFile } from 'node:fs/promises';

/** A field as in prisma/schema.prisma. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  /** The type in @db.…, such as VarChar(16). */
  readonly native: string | null;
  /** The text in @default(…). */
  readonly fallback: string | null;
}

/** A key or an index: its fields, and whether two rows may have the same values in them. */
export interface Key {
  readonly kind: 'primary' | 'unique' | 'index';
  readonly fields: readonly string[];
}

export interface Model {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly keys: readonly Key[];
}

const kinds = { id: 'primary', unique: 'unique', index: 'index' } as const;

function readModel(name: string, body: string): Model {
  const fields: Field[] = [];
  const keys: Key[] = [];
  for (const line of body.split('\n').map((text) => text.trim())) {
    if (line === '' || line.startsWith('//')) continue;
    const block = /^@@(id|unique|index)\(\[([\w, ]+)\]\)$/.exec(line);
    if (block) {
      keys.push({ kind: kinds[block[1] as keyof typeof kinds], fields: (block[2] ?? '').split(/, */) });
      continue;
    }
    const field = /^(\w+) +(\w+)(\?)?(.*)$/.exec(line);
    if (!field) throw new Error(`${name}: what is ${line}?`);
    const [, fieldName = '', type = '', optional, rest = ''] = field;
    fields.push({
      name: fieldName,
      type,
      optional: optional === '?',
      native: /@db\.(\w+(?:\(\d+\))?)/.exec(rest)?.[1] ?? null,
      fallback: /@default\((.*?)\)(?= |$)/.exec(rest)?.[1] ?? null,
    });
    if (/@id\b/.test(rest)) keys.push({ kind: 'primary', fields: [fieldName] });
    if (/@unique\b/.test(rest)) keys.push({ kind: 'unique', fields: [fieldName] });
  }
  return { name, fields, keys };
}

/** Reads the models of a Prisma schema. Throws at anything that our schema does not use. */
export async function readModels(path: string): Promise<readonly Model[]> {
  const text = await readFile(path, 'utf8');
  const blocks = [...text.matchAll(/^(\w+) (\w+) \{\n(.*?)\n\}/gms)];
  return blocks.filter(([, word]) => word === 'model').map(([, , name = '', body = '']) => readModel(name, body));
}

/** The name that Prisma gives a key of a table. */
export function keyName(model: string, { kind, fields }: Key): string {
  if (kind === 'primary') return 'PRIMARY';
  return `${model}_${fields.join('_')}_${kind === 'unique' ? 'key' : 'idx'}`;
}
