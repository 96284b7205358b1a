import type { Access } from '../src/user/index.ts';
import type { Delivery } from './delivery.ts';

/** Who sent an operation, and how. */
export interface Caller {
  /** Null: nobody is signed in. */
  readonly viewer: Access | null;
  /** The client's network address. */
  readonly address: string;
  readonly requestId: string;
  /** Aborts when what the caller may do ends, or nobody is there to be answered; its reason is the error to end a subscription, or a search, with. */
  readonly signal: AbortSignal;
}

/** What an operation is for, where that matters to who is asked for: `lasting`: a subscription; `signingIn`: see isSigningIn. */
export interface Purpose {
  readonly lasting: boolean;
  readonly signingIn: boolean;
}

/** What a transport gives the engine with each operation: asked once the document is known to be valid. */
export interface Call {
  readonly callerOf: (purpose: Purpose) => Promise<Caller>;
  /** Takes what a subscription delivers; the engine answers with a Life, which need not be iterated. */
  readonly deliver: (delivery: Delivery) => void;
  /** As the client sent it, if it did: the span that the operation is part of (W3C Trace Context). */
  readonly traceparent: unknown;
}
