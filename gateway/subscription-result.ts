import type { Delivery } from './delivery.ts';

type Result = IteratorResult<never, undefined>;

/**
 * What the engine returns for a subscription: stands for the delivery, which the transport takes by itself. If it is iterated, it yields
 * nothing, ends when the source does, and rejects with the error that ended it.
 */
export class SubscriptionResult implements AsyncIterableIterator<never, undefined> {
  readonly #delivery: Delivery;
  #end: Promise<Result> | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  next(): Promise<Result> {
    this.#end ??= new Promise((resolve, reject) => {
      this.#delivery.begin({
        wake: () => undefined,
        full: () => true,
        ended: ({ error }) => (error === undefined ? resolve({ done: true, value: undefined }) : reject(error)),
      });
    });
    return this.#end;
  }

  async return(): Promise<Result> {
    await this.#delivery.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
