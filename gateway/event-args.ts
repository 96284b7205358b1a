import { type ExecutionArgs, print } from 'graphql';
import type { Context, Sharing } from '../schema/index.ts';
import { ChatError } from '../src/errors.ts';

/** A subscription to execute: parsed, validated, with the context of its operation. */
export type SubscriptionArgs = ExecutionArgs & { readonly contextValue: Context };

// Variables of events are held as long as the subscription, by it and in the key of its group. Those of a client are some flags and sizes.
const mostCharacters = 16_384;

/**
 * Returns the arguments for executing one event. They live as long as the subscription, so they leave out positions, which can be many.
 * Throws ChatError BAD_USER_INPUT if the others are too long.
 */
export function eventArgs({ variableValues, ...args }: SubscriptionArgs, { perEvent, eventVariables }: Sharing): SubscriptionArgs {
  const values = eventVariables.filter((name) => variableValues?.[name] !== undefined).map((name) => [name, variableValues?.[name]]);
  const own = Object.fromEntries(values);
  if (JSON.stringify(own).length > mostCharacters) {
    throw new ChatError('BAD_USER_INPUT', `Variables below the root field can have at most ${mostCharacters} characters of JSON.`);
  }
  return { ...args, document: perEvent, variableValues: own };
}

/**
 * Returns the key of a group. It includes only the variables used below the root field: positions, its arguments, differ from listener to
 * listener.
 */
export function keyOf({ document, operationName, variableValues }: SubscriptionArgs, { variables }: Sharing): string {
  // An absent variable takes its default, unlike null.
  const values = variables.map((name) => (variableValues?.[name] === undefined ? [] : [variableValues[name]]));
  return `${operationName ?? ''}\n${JSON.stringify(values)}\n${document.loc?.source.body ?? print(document)}`;
}
