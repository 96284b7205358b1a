import type { Access } from '../src/user/index.ts';
import type { Delivery } from './delivery.ts';

/** The sender of an operation, and how it was sent. */
export interface Caller {
  /** Null if nobody is signed in. */
  readonly viewer: Access | null;
  /** The client's network address. */
  readonly address: string;
  readonly requestId: string;
  /**
   * Aborts when the caller's access ends, or nobody waits for the answer any more. Its reason is the error for a subscription or search
   * that it ends.
   */
  readonly signal: AbortSignal;
}

/** What is known of an operation when its caller is determined. `lasting`: it is a subscription. `signingIn`: see isSigningIn. */
export interface Purpose {
  readonly lasting: boolean;
  readonly signingIn: boolean;
}

/** What a transport passes to the engine with each operation. It is asked for the caller once the document is known to be valid. */
export interface Call {
  readonly callerOf: (purpose: Purpose) => Promise<Caller>;
  /** The `traceparent` that the client sent, if any (W3C Trace Context): the parent of the operation's span. */
  readonly traceparent: unknown;
  /** Receives the delivery of a subscription from the engine. What the engine returns for it need not be iterated then. */
  readonly deliver: (delivery: Delivery) => void;
  /** Returns that delivery, for the transport to serve. Undefined for a query, a mutation, or a subscription that was refused. */
  readonly delivered: () => Delivery | undefined;
}

/** Creates a call. */
export function createCall({ callerOf, traceparent }: Pick<Call, 'callerOf' | 'traceparent'>): Call {
  let delivered: Delivery | undefined;
  return {
    callerOf,
    traceparent,
    deliver(delivery) {
      delivered = delivery;
    },
    delivered: () => delivered,
  };
}
