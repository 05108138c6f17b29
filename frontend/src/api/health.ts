import { type Failure, isTemporary } from "./errors";
import type { Service } from "./routing";
import { Store } from "./store";

/** A call that has no answer by then counts as one that failed. */
const SLOW_MS = 4_000;
/** So many calls in a row that fail are no accident. */
const MAX_FAILURES = 2;

/**
 * Which services do not do their work at the moment, as the calls of this tab show: several in a row failed, or one
 * gets no answer. One that succeeds says that it is over.
 */
export class Health {
  readonly failing = new Store<readonly Service[]>([]);
  readonly #failures = new Map<Service, number>();

  /** Watches one call, from the moment it is made. */
  watch(service: Service): { ended(failure: Failure | undefined): void; left(): void } {
    const slow = setTimeout(() => this.#count(service, MAX_FAILURES), SLOW_MS);
    return {
      ended: (failure) => {
        // Whoever refuses answers.
        const answered = !failure || !isTemporary(failure) || failure.code === "RATE_LIMITED";
        this.#count(service, answered ? 0 : (this.#failures.get(service) ?? 0) + 1);
      },
      /** Nobody waits for it any more. */
      left: () => clearTimeout(slow),
    };
  }

  #count(service: Service, failures: number): void {
    this.#failures.set(service, failures);
    const now = [...this.#failures].filter(([, count]) => count >= MAX_FAILURES).map(([name]) => name);
    if (now.join() !== this.failing.get().join()) this.failing.set(now);
  }
}
