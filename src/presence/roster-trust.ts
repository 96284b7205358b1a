import type { Bus } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';

/** Whether a roster that lacks connections can be trusted. */
export interface RosterTrust extends Disposable {
  /** Resolves to 0 if what a read that has ended did not find is gone, else to the time in ms until that can be told. Never rejects. */
  settlesIn(): Promise<number>;
}

/**
 * Creates the trust of this node in its roster. The cluster is asked only after an interruption, until it says that all nodes have written
 * their connections again. The question takes a beat, which most reads must not wait for.
 */
export function createRosterTrust({ bus, cluster }: { readonly bus: Bus; readonly cluster: Cluster }): RosterTrust {
  let interruptions = 0;
  let settled = 0;
  function interrupted(): void {
    interruptions += 1;
  }
  const stopCounting = bus.onGap(interrupted);
  cluster.onRestored(interrupted);
  return {
    async settlesIn() {
      // The bus and the roster lose Redis at the same time. Until the bus has reported its gap it is not healthy.
      if (settled === interruptions && bus.healthy) return 0;
      const asked = interruptions;
      const ms = await cluster.settlesIn();
      if (ms === 0 && bus.healthy) settled = asked;
      return ms;
    },
    [Symbol.dispose]: stopCounting,
  };
}
