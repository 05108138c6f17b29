import type { ApolloClient } from "@apollo/client";
import { createContext, use } from "react";
import { pause } from "@/api/backoff";
import { Database } from "@/api/database";
import { deviceStorage } from "@/api/deviceStorage";
import type { Failure } from "@/api/errors";
import { exclusively } from "@/api/exclusive";
import { Health } from "@/api/health";
import { refreshGrant } from "@/api/refresh";
import { type Grant, Session } from "@/api/session";
import { type LiveSocket, liveSocket } from "@/api/socket";
import { Store } from "@/api/store";
import type { LiveListeners } from "@/features/connection/model/applyBatch";
import { Inbox } from "@/features/connection/model/inbox";
import { Ladder } from "@/features/connection/model/ladder";
import { lazyTransport } from "@/features/connection/model/lazyTransport";
import { socketTransport } from "@/features/connection/model/socketTransport";
import { deliver } from "@/features/messages/model/deliver";
import { Drafts } from "@/features/messages/model/drafts";
import { Outbox } from "@/features/messages/model/outbox";
import { Removals } from "@/features/messages/model/removals";
import { clearOtherCopies, indexedDbCopy } from "@/features/offline/model/copyStorage";
import { DeviceStore, upgradeEntries } from "@/features/offline/model/deviceStore";
import { OfflineCopy } from "@/features/offline/model/offlineCopy";
import { Preferences } from "@/features/preferences/model/preferences";
import { TypingNames } from "@/features/typing/model/typingNames";
import { LogoutDocument } from "@/gql/users/graphql";
import { makeClient } from "./client";

/** A storage that does not answer must not keep anyone from their chats. */
const COPY_WITHIN_MS = 1_000;
/** A service that does not answer must not keep anyone signed in. */
const LOGOUT_WITHIN_MS = 5_000;
/** What is only for later waits until the reader has what they came for. */
const STOCK_AFTER_MS = 2_000;

/** What lives as long as someone is signed in. */
export interface SignedIn {
  me: string;
  inbox: Inbox;
  /** What was written here and no service has acknowledged. */
  store: DeviceStore;
  outbox: Outbox;
  drafts: Drafts;
  removals: Removals;
  copy: OfflineCopy;
  preferences: Preferences;
  typing: TypingNames;
  /** Messages of others as they arrive, for announcing them. */
  heard: Store<{ id: string; chatId: string } | undefined>;
  /** The chat whose newest messages the reader has before their eyes. */
  lookedAt: Store<string | undefined>;
}

/** Everything outside React, made once per tab and never a global, so that tests can have two. */
export class Antiphon {
  readonly session: Session;
  readonly socket: LiveSocket;
  readonly client: ApolloClient;
  readonly health = new Health();
  readonly current = new Store<SignedIn | undefined>(undefined);
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
    addEventListener("online", () => this.current.get()?.outbox.nudge());
    addEventListener("pagehide", () => {
      this.current.get()?.removals.settle();
      this.current.get()?.drafts.settle();
    });
    // A tab that was asleep has not heard what the others did.
    addEventListener("pageshow", () => this.current.get()?.store.reread());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.current.get()?.store.reread();
      else {
        this.current.get()?.drafts.settle();
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

  /** What this device has of a chat, for a view that is about to open. */
  async bringCopy(chatId: string): Promise<void> {
    await this.#following;
    await Promise.race([this.current.get()?.copy.bring(chatId), pause(COPY_WITHIN_MS)]);
  }

  /**
   * Ends the session here, in the other tabs, and (if it can be reached) at the service. What is kept on this device goes
   * first: a page that is left half way is still signed in, and leaves nothing behind.
   */
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
      before.drafts.settle();
      before.removals.close();
      before.outbox.close();
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
    const copy = new OfflineCopy(this.client, indexedDbCopy(me));
    await Promise.race([copy.restore(), pause(COPY_WITHIN_MS)]);
    const { client } = this;
    const typing = new TypingNames();
    const heard = new Store<{ id: string; chatId: string } | undefined>(undefined);
    const listeners: LiveListeners = {
      typing: (chatId, userId, until) => typing.heard(chatId, userId, until),
      messageAdded: ({ id, chatId, senderId }) => {
        typing.stopped(chatId, senderId);
        heard.set({ id, chatId });
      },
    };
    const inbox = new Inbox({
      client: this.client,
      ladder: (positions) =>
        new Ladder([
          socketTransport(client, this.socket, me),
          lazyTransport("sse", async () => {
            const { streamTransport } = await import("@/features/connection/model/streamTransport");
            return streamTransport({ client, session: this.session, me });
          }),
          lazyTransport("polling", async () => {
            const { pollingTransport } = await import("@/features/connection/model/pollingTransport");
            return pollingTransport({ client, positions, me });
          }),
        ]),
      me,
      listeners,
    });
    const store = this.#storeOf(me);
    const outbox = new Outbox({
      store,
      deliver: (entry, signal) => deliver(client, entry, me, signal),
      exclusively: (work) => exclusively(`outbox.${me}`, work),
    });
    const removals = new Removals(outbox);
    inbox.loaded.subscribe(() => {
      if (inbox.loaded.get() === "yes") void copy.renew();
    });
    inbox.state.subscribe(() => {
      if (inbox.state.get() !== "live") return;
      outbox.nudge();
      void pause(STOCK_AFTER_MS)
        .then(() => copy.stock())
        .catch((error) => console.warn("not all chats could be fetched for reading offline", error));
    });
    const preferences = new Preferences(deviceStorage, me);
    const drafts = new Drafts(store);
    const lookedAt = new Store<string | undefined>(undefined);
    this.current.set({ me, inbox, store, outbox, drafts, removals, copy, preferences, typing, heard, lookedAt });
    void inbox.start();
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

export const AntiphonContext = createContext<Antiphon | undefined>(undefined);
export const SignedInContext = createContext<SignedIn | undefined>(undefined);

export function useAntiphon(): Antiphon {
  const antiphon = use(AntiphonContext);
  if (!antiphon) throw new Error("rendered outside of the application");
  return antiphon;
}

/** For views that exist only while someone is signed in. */
export function useSignedIn(): SignedIn {
  const signedIn = use(SignedInContext);
  if (!signedIn) throw new Error("rendered for someone who is not signed in");
  return signedIn;
}
