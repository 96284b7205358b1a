import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { Viewer } from '../src/user/index.ts';
import { builder, type Types } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { type Refusable, settle, withErrors } from './errors.ts';

/** Describes the `input` of every mutation. */
export const argumentDescription = 'The input of the mutation.';

/** Returns the name of a mutation's type, such as `MuteMemberPayload` for `muteMember`. */
export function typeNameOf(mutation: string, of: 'Input' | 'Payload'): string {
  return `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}${of}`;
}

/** What a payload's fields are resolved from: what the act returned, or only the refusals. */
export type Acted<P> = Partial<P> & Refusable;

/** Defines the fields of a payload. */
export type PayloadBuilder<P> = PothosSchemaTypes.ObjectFieldBuilder<Types, Acted<P>>;

/** Defines the fields of an input. */
export type InputBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/**
 * A mutation `muteMember` with its types `MuteMemberInput` and `MuteMemberPayload`. `act` comes before `payload`, because the fields of the
 * payload are resolved from what it returns. A ChatError that it throws becomes one of the payload's `errors`.
 */
interface MutationParts<F extends InputFieldMap, P extends object> {
  readonly description: string;
  /** Defaults to “The input of `muteMember`.” */
  readonly inputDescription?: string;
  readonly input: (t: InputBuilder) => F;
  /** Defaults to “The payload of `muteMember`.” */
  readonly payloadDescription?: string;
  /** The fields of the payload besides `errors`. */
  readonly payload?: (t: PayloadBuilder<P>) => FieldMap;
}

interface OpenParts<F extends InputFieldMap, P extends object> extends MutationParts<F, P> {
  readonly act: (input: InputShapeFromFields<F>, context: Context) => Promise<P>;
}

interface ViewerParts<F extends InputFieldMap, P extends object> extends MutationParts<F, P> {
  readonly act: (viewer: Viewer, input: InputShapeFromFields<F>, context: Context) => Promise<P>;
}

/** Defines a mutation for users who are signed in. */
export function mutation<F extends InputFieldMap, P extends object>(name: string, { act, ...parts }: ViewerParts<F, P>): void {
  openMutation<F, P>(name, { ...parts, act: async (input, context) => act(requireViewer(context), input, context) });
}

/** Defines a mutation that also those may call who are not signed in. */
export function openMutation<F extends InputFieldMap, P extends object>(name: string, parts: OpenParts<F, P>): void;
/** As above, whatever the fields. */
export function openMutation(name: string, parts: OpenParts<InputFieldMap, object>): void {
  const { description, input, act, payload = () => ({}) } = parts;
  const { inputDescription = `The input of \`${name}\`.`, payloadDescription = `The payload of \`${name}\`.` } = parts;
  const Input = builder.inputType(typeNameOf(name, 'Input'), { description: inputDescription, fields: input });
  const Payload = builder.objectRef<Acted<object>>(typeNameOf(name, 'Payload'));
  withErrors(Payload.implement({ description: payloadDescription, fields: payload }));
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description,
      args: { input: t.arg({ type: Input, required: true, description: argumentDescription }) },
      resolve: (_root, args, context, info) => settle(context, info, () => act(args.input, context)),
    }),
  );
}
