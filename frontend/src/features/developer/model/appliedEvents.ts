import type { AppliedEvent } from "@/live/applyBatch";

/** So many events of a feed are kept, the newest: what one digest of the server covers at the most. */
const MAX_EVENTS = 10_000;

/** The events that this tab has applied, feed by feed: an unbroken range of each. */
export class AppliedEvents {
  readonly #feeds = new Map<string, AppliedEvent[]>();

  record(feedId: string, events: readonly AppliedEvent[]): void {
    for (const event of events) {
      const last = this.of(feedId).at(-1);
      // After a reset the range begins anew: what was in between was loaded, not applied.
      if (!last || event.seq !== last.seq + 1) this.#feeds.set(feedId, [event]);
      else this.#feeds.get(feedId)!.push(event);
    }
    const kept = this.of(feedId);
    if (kept.length > MAX_EVENTS) this.#feeds.set(feedId, kept.slice(-MAX_EVENTS));
  }

  of(feedId: string): readonly AppliedEvent[] {
    return this.#feeds.get(feedId) ?? [];
  }
}
