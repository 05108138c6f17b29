import type { ApolloClient } from "@apollo/client";
import { createContext, use } from "react";
import { pause } from "@/api/backoff";
import { refreshGrant } from "@/api/refresh";
import { exclusively, Session } from "@/api/session";
import { type LiveSocket, liveSocket } from "@/api/socket";
import { Store } from "@/api/store";
import type { LiveListeners } from "@/features/connection/model/applyBatch";
import { Inbox } from "@/features/connection/model/inbox";
import { Ladder } from "@/features/connection/model/ladder";
import { pollingTransport } from "@/features/connection/model/pollingTransport";
import { socketTransport } from "@/features/connection/model/socketTransport";
import { streamTransport } from "@/features/connection/model/streamTransport";
import { deliver } from "@/features/messages/model/deliver";
import { Outbox } from "@/features/messages/model/outbox";
import { indexedDbOutbox } from "@/features/messages/model/outboxStorage";
import { Removals } from "@/features/messages/model/removals";
import { hide, remove } from "@/features/messages/model/remove";
import { indexedDbCopy } from "@/features/offline/model/copyStorage";
import { OfflineCopy } from "@/features/offline/model/offlineCopy";
import { Preferences } from "@/features/preferences/model/preferences";
import { TypingNames } from "@/features/typing/model/typingNames";
import { LogoutDocument } from "@/gql/users/graphql";
import { makeClient } from "./client";

/** A storage that does not answer must not keep anyone from their chats. */
const COPY_WITHIN_MS = 1_000;
/** What is only for later waits until the reader has what they came for. */
const STOCK_AFTER_MS = 2_000;

/** What lives as long as someone is signed in. */
export interface SignedIn {
  me: string;
  inbox: Inbox;
  outbox: Outbox;
  removals: Removals;
  copy: OfflineCopy;
  preferences: Preferences;
  typing: TypingNames;
  /** Messages of others as they arrive, for announcing them. */
  heard: Store<{ id: string; chatId: string } | undefined>;
}

/** Everything outside React, made once per tab and never a global, so that tests can have two. */
export class Antiphon {
  readonly session: Session;
  readonly socket: LiveSocket;
  readonly client: ApolloClient;
  readonly current = new Store<SignedIn | undefined>(undefined);
  #following: Promise<void> = Promise.resolve();

  constructor() {
    this.session = new Session({ refresh: refreshGrant, storage: localStorage, exclusively });
    this.socket = liveSocket(this.session);
    this.client = makeClient(this.session, this.socket);
    addEventListener("storage", (event) => {
      this.session.onStorage(event.key);
      this.current.get()?.preferences.onStorage(event.key);
    });
    addEventListener("online", () => {
      this.current.get()?.outbox.nudge();
      this.current.get()?.removals.nudge();
    });
    addEventListener("pagehide", () => this.current.get()?.removals.settle());
    const follow = () => {
      this.#following = this.#following.then(() => this.#follow());
    };
    this.session.state.subscribe(follow);
    follow();
  }

  /** What this device has of a chat, for a view that is about to open. */
  async bringCopy(chatId: string): Promise<void> {
    await this.#following;
    await this.current.get()?.copy.bring(chatId);
  }

  /** Ends the session here, in the other tabs, and (if it can be reached) at the service. */
  async signOut(): Promise<void> {
    await this.client
      .mutate({ mutation: LogoutDocument })
      .catch((error) => console.warn("logout was not heard", error));
    this.current.get()?.removals.forget();
    await this.current.get()?.outbox.forget();
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
      before.outbox.close();
      before.removals.close();
      await before.copy.forget().catch((error) => console.warn("the offline copy could not be deleted", error));
      await this.client.clearStore();
    }
    // Asked again: it may have changed while the store was cleared.
    const me = this.#whoIsSignedIn();
    if (me) await this.#begin(me);
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
          streamTransport({ client, session: this.session, me }),
          pollingTransport({ client, positions, me }),
        ]),
      me,
      listeners,
    });
    const outbox = new Outbox({
      storage: indexedDbOutbox(me),
      deliver: (message) => deliver(this.client, message, me),
      isOnline: () => navigator.onLine,
    });
    const removals = new Removals({
      storage: localStorage,
      userId: me,
      remove: (removal) => remove(client, removal),
      hide: (removal) => hide(client.cache, removal),
    });
    inbox.loaded.subscribe(() => {
      if (inbox.loaded.get() === "yes") void copy.renew();
    });
    inbox.state.subscribe(() => {
      if (inbox.state.get() !== "live") return;
      outbox.nudge();
      removals.nudge();
      void pause(STOCK_AFTER_MS)
        .then(() => copy.stock())
        .catch((error) => console.warn("not all chats could be fetched for reading offline", error));
    });
    const preferences = new Preferences(localStorage, me);
    this.current.set({ me, inbox, outbox, removals, copy, preferences, typing, heard });
    void inbox.start();
    outbox.restore().catch((error) => console.warn("unsent messages could not be read", error));
    removals.restore();
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
