import type { Store } from "@/api/store";
import type { Drafts } from "./model/drafts";
import type { Outbox } from "./model/outbox";
import type { PendingRemovals } from "./model/pendingRemovals";

declare module "@/session/services" {
  interface SignedInServices {
    outbox: Outbox;
    drafts: Drafts;
    removals: PendingRemovals;
    /** Messages of others as they arrive, for announcing them. */
    incoming: Store<{ id: string; chatId: string } | undefined>;
    /** The chat whose newest messages the reader has before their eyes. */
    lookedAt: Store<string | undefined>;
  }
}
