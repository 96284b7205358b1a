import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import { type Acted, argumentDescription, typeNameOf } from '../mutation.ts';
import { builder, type Types } from './builder.ts';
import type { AdminContext } from './context.ts';
import { settle, withErrors } from './errors.ts';

/** Defines the fields of a payload. */
export type PayloadBuilder<P> = PothosSchemaTypes.ObjectFieldBuilder<Types, Acted<P>>;

/** Defines the fields of an input. */
export type InputBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/** As in the public schema: see schema/mutation.ts. */
interface MutationParts<F extends InputFieldMap, P extends object> {
  readonly description: string;
  readonly inputDescription: string;
  readonly input: (t: InputBuilder) => F;
  readonly act: (input: InputShapeFromFields<F>, context: AdminContext) => Promise<P>;
  /** Defaults to “The payload of …”, with the name of the mutation. */
  readonly payloadDescription?: string;
  readonly payload: (t: PayloadBuilder<P>) => FieldMap;
}

/** Defines a mutation for operators, with the types of its input and payload. */
export function mutation<F extends InputFieldMap, P extends object>(name: string, parts: MutationParts<F, P>): void;
/** As above, whatever the fields. */
export function mutation(name: string, parts: MutationParts<InputFieldMap, object>): void {
  const { description, inputDescription, input, act, payload, payloadDescription = `The payload of \`${name}\`.` } = parts;
  const Input = builder.inputType(typeNameOf(name, 'Input'), { description: inputDescription, fields: input });
  const Payload = builder.objectRef<Acted<object>>(typeNameOf(name, 'Payload'));
  withErrors(Payload.implement({ description: payloadDescription, fields: payload }));
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description,
      args: { input: t.arg({ type: Input, required: true, description: argumentDescription }) },
      resolve: (_root, args, context) => settle(() => act(args.input, context)),
    }),
  );
}
