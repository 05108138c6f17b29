import { pause } from "@/api/backoff";
import { Database } from "@/api/database";
import { deviceStorage } from "@/api/deviceStorage";
import { exclusively } from "@/api/exclusive";
import { type LiveSocket, liveSocket } from "@/api/socket";
import { Store } from "@/api/store";
import { adoptDeviceChoices } from "@/features/chatSettings";
import { chatReader, isListed } from "@/features/chats";
import { Drafts, deliver, keepDrafts, Outbox, PendingRemovals } from "@/features/messages";
import { indexedDbCopy, OfflineStore } from "@/features/offline";
import { Preferences } from "@/features/preferences";
import { DeliveredMarks } from "@/features/receipts";
import { Search } from "@/features/search";
import { ownThreadsOf } from "@/features/threads";
import { TypingNames } from "@/features/typing";
import type { LiveServices } from "@/live/handlers";
import { Inbox } from "@/live/inbox";
import { lazyTransport } from "@/live/lazyTransport";
import { socketTransport } from "@/live/socketTransport";
import { TransportFallback } from "@/live/transportFallback";
import { DeviceStore, upgradeEntries } from "@/session/deviceStore";
import type { SignedInServices } from "@/session/services";
import type { Session } from "@/session/session";
import type { PageClient } from "./client";
import { forgetChat, liveHandlers } from "./features";
import { completeClient } from "./signedInClient";

/** A storage that does not answer must not keep anyone from their chats. */
const COPY_WITHIN_MS = 1_000;
/** What is only for later waits until the reader has what they came for. */
const PREFETCH_AFTER_MS = 2_000;

/**
 * What there is for those who are signed in, one after the other, and the wiring between it. The page fetches it when
 * somebody is (`services.ts`).
 */
export class Accounts {
  readonly #session: Session;
  readonly #client: PageClient;
  readonly #socket: LiveSocket;
  readonly #database = new Database("antiphon", 2, upgradeEntries);
  /** By account: what could not be stored is still here when the same person signs in again. */
  readonly #stores = new Map<string, DeviceStore>();

  constructor(session: Session, client: PageClient) {
    this.#session = session;
    this.#client = client;
    this.#socket = liveSocket(session);
    completeClient(client, session, this.#socket);
  }

  async begin(me: string): Promise<SignedInServices> {
    const client = this.#client;
    const marks = new DeliveredMarks(client, me);
    const copy = new OfflineStore(client, indexedDbCopy(me), forgetChat, (chat, number) => marks.stored(chat, number));
    await Promise.race([copy.restore(), pause(COPY_WITHIN_MS)]);
    const store = this.#storeOf(me);
    const outbox = new Outbox({
      store,
      deliver: (entry, signal) => deliver(client, entry, me, signal),
      exclusively: (work) => exclusively(`outbox.${me}`, work),
    });
    const services: LiveServices = {
      me,
      socket: this.#socket,
      store,
      outbox,
      drafts: new Drafts(store),
      removals: new PendingRemovals(outbox),
      copy,
      preferences: new Preferences(deviceStorage, me),
      threads: ownThreadsOf(client, me),
      search: new Search(),
      typing: new TypingNames(),
      incoming: new Store<{ id: string; chatId: string } | undefined>(undefined),
      lookedAt: new Store<string | undefined>(undefined),
    };
    const inbox = this.#inboxOf(me, services);
    let draftsKept: ReturnType<typeof keepDrafts> | undefined;
    inbox.loaded.subscribe(() => {
      if (inbox.loaded.get() !== "yes") return;
      void copy.refresh();
      services.threads.refreshSoon(0);
      draftsKept ??= keepDrafts(client, store, services.drafts);
      draftsKept.then(
        (drafts) => drafts.load(),
        (error) => {
          draftsKept = undefined;
          console.warn("what keeps drafts in the account could not be fetched", error);
        },
      );
      const isOwn = (chatId: string) => isListed(client.cache, chatId);
      services.preferences
        .handOver((kept) => adoptDeviceChoices(kept, isOwn, (...wish) => outbox.set(...wish)))
        .catch((error) => console.warn("what this device has chosen about chats stays here for now", error));
    });
    inbox.state.subscribe(() => {
      if (inbox.state.get() !== "live") return;
      outbox.retryNow();
      draftsKept?.then(
        (drafts) => drafts.save(),
        () => {},
      );
      void pause(PREFETCH_AFTER_MS)
        .then(() => copy.prefetch())
        .catch((error) => console.warn("not all chats could be fetched for reading offline", error));
    });
    return { ...services, inbox };
  }

  #inboxOf(me: string, services: LiveServices): Inbox {
    const client = this.#client;
    return new Inbox({
      client,
      me,
      services,
      handlers: liveHandlers,
      reader: { ...chatReader(client, me), forget: (chatId) => forgetChat(client.cache, chatId) },
      fallback: (positions) =>
        new TransportFallback([
          socketTransport(client, this.#socket, me),
          lazyTransport("sse", async () => {
            const { streamTransport } = await import("@/live/streamTransport");
            return streamTransport({ client, tokens: this.#session, me });
          }),
          lazyTransport("polling", async () => {
            const { pollingTransport } = await import("@/live/pollingTransport");
            return pollingTransport({ client, positions, me });
          }),
        ]),
    });
  }

  #storeOf(userId: string): DeviceStore {
    let store = this.#stores.get(userId);
    if (!store) {
      const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`antiphon.${userId}`);
      store = new DeviceStore({ userId, storage: deviceStorage, database: this.#database, channel });
      this.#stores.set(userId, store);
    }
    store.open();
    return store;
  }
}
