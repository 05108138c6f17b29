import type { ApolloClient } from "@apollo/client";
import { pause } from "@/api/backoff";
import { Database } from "@/api/database";
import { deviceStorage } from "@/api/deviceStorage";
import type { Failure } from "@/api/errors";
import { exclusively } from "@/api/exclusive";
import { Health } from "@/api/health";
import { type LiveSocket, liveSocket } from "@/api/socket";
import { Store } from "@/api/store";
import { chatReader } from "@/features/chats";
import { Drafts, deliver, Outbox, PendingRemovals } from "@/features/messages";
import { clearOtherCopies, indexedDbCopy, OfflineStore } from "@/features/offline";
import { Preferences } from "@/features/preferences";
import { type DeliveredMarks, loadDeliveredMarks } from "@/features/receipts";
import { Search } from "@/features/search";
import { ownThreadsOf } from "@/features/threads";
import { TypingNames } from "@/features/typing";
import { LogoutDocument } from "@/gql/users/graphql";
import type { LiveServices } from "@/live/handlers";
import { Inbox } from "@/live/inbox";
import { lazyTransport } from "@/live/lazyTransport";
import { socketTransport } from "@/live/socketTransport";
import { TransportFallback } from "@/live/transportFallback";
import { DeviceStore, upgradeEntries } from "@/session/deviceStore";
import { refreshGrant } from "@/session/refresh";
import type { Services, SignedInServices } from "@/session/services";
import { type Grant, Session } from "@/session/session";
import { makeClient } from "./client";
import { forgetChat, liveHandlers } from "./features";

/** A storage that does not answer must not keep anyone from their chats. */
const COPY_WITHIN_MS = 1_000;
/** A service that does not answer must not keep anyone signed in. */
const LOGOUT_WITHIN_MS = 5_000;
/** What is only for later waits until the reader has what they came for. */
const PREFETCH_AFTER_MS = 2_000;

/** The services of the page, and the wiring between them. */
export class ApplicationServices implements Services {
  readonly session: Session;
  readonly socket: LiveSocket;
  readonly client: ApolloClient;
  readonly health = new Health();
  readonly current = new Store<SignedInServices | undefined>(undefined);
  readonly #database = new Database("antiphon", 2, upgradeEntries);
  /** By account: what could not be stored is still here when the same person signs in again. */
  readonly #stores = new Map<string, DeviceStore>();
  #following: Promise<void> = Promise.resolve();

  constructor() {
    this.session = new Session({
      refresh: (token, requestId) => this.#refresh(token, requestId),
      storage: deviceStorage,
      exclusively: (work) => exclusively("refresh", work),
    });
    this.socket = liveSocket(this.session);
    this.client = makeClient(this.session, this.socket, this.health);
    addEventListener("storage", (event) => {
      this.session.onStorage(event.key);
      this.current.get()?.preferences.onStorage(event.key);
    });
    addEventListener("online", () => this.current.get()?.outbox.retryNow());
    addEventListener("pagehide", () => {
      this.current.get()?.removals.flush();
      this.current.get()?.drafts.flush();
    });
    // A tab that was asleep has not heard what the others did.
    addEventListener("pageshow", () => this.current.get()?.store.reread());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.current.get()?.store.reread();
      else {
        this.current.get()?.drafts.flush();
        this.current.get()?.outbox.yield();
      }
    });
    addEventListener("beforeunload", (event) => {
      if (this.current.get()?.store.unkept.get().size) event.preventDefault();
    });
    const follow = () => {
      this.#following = this.#following.then(() => this.#follow());
    };
    this.session.state.subscribe(follow);
    follow();
  }

  async hydrateChat(chatId: string): Promise<void> {
    await this.#following;
    await Promise.race([this.current.get()?.copy.hydrateChat(chatId), pause(COPY_WITHIN_MS)]);
  }

  async signOut(): Promise<void> {
    const stay = this.current.get();
    if (stay) {
      stay.removals.close();
      stay.outbox.close();
      const report = (error: unknown) => console.warn("not everything could be deleted yet", error);
      await Promise.all([stay.store.clear().catch(report), stay.copy.forget().catch(report)]);
    }
    await Promise.race([
      this.client.mutate({ mutation: LogoutDocument }).catch((error) => console.warn("logout was not heard", error)),
      pause(LOGOUT_WITHIN_MS),
    ]);
    this.session.end();
  }

  /** Whoever is signed in now is who everything here belongs to; what belonged to somebody else is forgotten first. */
  async #follow(): Promise<void> {
    const before = this.current.get();
    if (before?.me === this.#whoIsSignedIn()) return;
    if (before) {
      this.current.set(undefined);
      before.inbox.stop();
      before.typing.clear();
      before.drafts.flush();
      before.removals.close();
      before.outbox.close();
      before.threads.close();
      await before.copy.forget().catch((error) => console.warn("the offline copy could not be deleted", error));
      await this.client.clearStore();
    }
    // Asked again: it may have changed while the store was cleared.
    const me = this.#whoIsSignedIn();
    // Also what a page left behind that went away while it was signing out.
    clearOtherCopies(me).catch((error) => console.warn("old copies could not be deleted", error));
    if (me) await this.#begin(me);
  }

  async #refresh(token: string, requestId: string): Promise<Grant> {
    const call = this.health.watch("users");
    try {
      const grant = await refreshGrant(token, requestId);
      call.ended(undefined);
      return grant;
    } catch (error) {
      call.ended(error as Failure);
      throw error;
    } finally {
      call.left();
    }
  }

  #whoIsSignedIn(): string | undefined {
    const state = this.session.state.get();
    return state.status === "signed-in" ? state.userId : undefined;
  }

  async #begin(me: string): Promise<void> {
    const { client } = this;
    let marks: Promise<DeliveredMarks> | undefined;
    const copy = new OfflineStore(client, indexedDbCopy(me), forgetChat, async (chat, number) => {
      marks ??= loadDeliveredMarks().then((loaded) => new loaded.DeliveredMarks(client, me));
      // Without the code, what is stored next is told with the rest.
      await marks.then(
        (loaded) => loaded.stored(chat, number),
        () => {
          marks = undefined;
        },
      );
    });
    await Promise.race([copy.restore(), pause(COPY_WITHIN_MS)]);
    const store = this.#storeOf(me);
    const outbox = new Outbox({
      store,
      deliver: (entry, signal) => deliver(client, entry, me, signal),
      exclusively: (work) => exclusively(`outbox.${me}`, work),
    });
    const services: LiveServices = {
      me,
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
    inbox.loaded.subscribe(() => {
      if (inbox.loaded.get() !== "yes") return;
      void copy.refresh();
      services.threads.refreshSoon(0);
    });
    inbox.state.subscribe(() => {
      if (inbox.state.get() !== "live") return;
      outbox.retryNow();
      void pause(PREFETCH_AFTER_MS)
        .then(() => copy.prefetch())
        .catch((error) => console.warn("not all chats could be fetched for reading offline", error));
    });
    this.current.set({ ...services, inbox });
    void inbox.start();
  }

  #inboxOf(me: string, services: LiveServices): Inbox {
    const { client, session } = this;
    return new Inbox({
      client,
      me,
      services,
      handlers: liveHandlers,
      reader: { ...chatReader(client, me), forget: (chatId) => forgetChat(client.cache, chatId) },
      fallback: (positions) =>
        new TransportFallback([
          socketTransport(client, this.socket, me),
          lazyTransport("sse", async () => {
            const { streamTransport } = await import("@/live/streamTransport");
            return streamTransport({ client, tokens: session, me });
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
