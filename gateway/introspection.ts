import { type DocumentNode, type GraphQLError, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config/index.ts';
import { documentRefusal } from './document-codes.ts';
import type { Mask } from './errors.ts';

/**
 * Refuses introspection while it is switched off. This is no ordinary validation rule, because results of those are cached, and this
 * setting can change while the node runs.
 */
export function useIntrospectionSwitch(config: Pick<Config, 'introspection'>, mask: Mask): Plugin {
  const known = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    onValidate({ params: { schema, documentAST } }) {
      return ({ result, setResult }) => {
        if (config.introspection) return;
        const refused = known.get(documentAST) ?? validate(schema, documentAST, [NoSchemaIntrospectionCustomRule]);
        known.set(documentAST, refused);
        if (refused.length > 0) setResult([...result, ...refused.map((error) => documentRefusal(mask, error))]);
      };
    },
  };
}
