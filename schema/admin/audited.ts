import { type GraphQLFieldResolver, type GraphQLInputField, type GraphQLSchema, getNamedType, isInputObjectType } from 'graphql';
import type { Act } from '../../src/audit/index.ts';
import type { Refusable } from '../errors.ts';
import { decodeText, parseId } from '../ids.ts';
import type { AdminContext } from './context.ts';
import { userById } from './user.ts';

type Resolver = GraphQLFieldResolver<unknown, AdminContext>;
type Arguments = Readonly<Record<string, unknown>>;

/** Records every mutation of a schema in the audit, including mutations added later. Returns the same schema. */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (resolve === undefined) throw new Error(`${field.name} does nothing`);
    const [input] = field.args;
    const type = input === undefined ? undefined : getNamedType(input.type);
    field.resolve = inAudit(field.name, resolve, isInputObjectType(type) ? Object.values(type.getFields()) : []);
  }
  return schema;
}

function inAudit(action: string, resolve: Resolver, inputs: readonly GraphQLInputField[]): Resolver {
  return async (root, args: Arguments, context, info) => {
    const { audit } = context.chat;
    const act = await actOf(context, action, args, inputs);
    return await audit.act(act, async (note) => await resolve(root, args, { ...context, note }, info), refusalOf);
  };
}

async function actOf(context: AdminContext, action: string, args: Arguments, inputs: readonly GraphQLInputField[]): Promise<Act> {
  const { viewer, origin } = context;
  const input = (args['input'] ?? args) as Arguments;
  const name = (await userById(context, viewer.userId))?.handle ?? '';
  return { actor: { userId: viewer.userId, name, origin }, action, arguments: input, target: targetIn(input, inputs) };
}

/**
 * Returns the target of an action: the first id in the input. An id that is not a global one gets the name of its field, as in `webhook:…`.
 */
function targetIn(input: Arguments, inputs: readonly GraphQLInputField[]): string | undefined {
  const ids = inputs.filter(({ type }) => getNamedType(type).name === 'ID').map(({ name }) => [name, input[name]] as const);
  for (const [name, id] of ids) {
    if (typeof id !== 'string') continue;
    return parseId(id) === null ? `${name.replace(/Id$/, '')}:${id}` : (decodeText(id) ?? undefined);
  }
  return undefined;
}

function refusalOf(payload: unknown): string | null {
  return (payload as Refusable | null)?.errors?.[0]?.code ?? null;
}
