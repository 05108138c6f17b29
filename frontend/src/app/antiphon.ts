import type { ApolloClient } from "@apollo/client";
import { createContext, use } from "react";
import { refreshGrant } from "@/api/refresh";
import { exclusively, Session } from "@/api/session";
import { type LiveSocket, liveSocket } from "@/api/socket";
import { Store } from "@/api/store";
import type { LiveListeners } from "@/features/connection/model/applyBatch";
import { Inbox } from "@/features/connection/model/inbox";
import { deliver } from "@/features/messages/model/deliver";
import { Outbox } from "@/features/messages/model/outbox";
import { indexedDbOutbox } from "@/features/messages/model/outboxStorage";
import { TypingNames } from "@/features/typing/model/typingNames";
import { LogoutDocument } from "@/gql/users/graphql";
import { makeClient } from "./client";

/** What lives as long as someone is signed in. */
export interface SignedIn {
  me: string;
  inbox: Inbox;
  outbox: Outbox;
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

  constructor() {
    this.session = new Session({ refresh: refreshGrant, storage: localStorage, exclusively });
    this.socket = liveSocket(this.session);
    this.client = makeClient(this.session, this.socket);
    addEventListener("storage", (event) => this.session.onStorage(event.key));
    addEventListener("online", () => this.current.get()?.outbox.nudge());
    this.session.state.subscribe(() => void this.#follow());
    void this.#follow();
  }

  /** Ends the session here, in the other tabs, and (if it can be reached) at the service. */
  async signOut(): Promise<void> {
    await this.client
      .mutate({ mutation: LogoutDocument })
      .catch((error) => console.warn("logout was not heard", error));
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
      await this.client.clearStore();
    }
    // Asked again: it may have changed while the store was cleared, and another call may have begun already.
    const me = this.#whoIsSignedIn();
    if (me && !this.current.get()) this.#begin(me);
  }

  #whoIsSignedIn(): string | undefined {
    const state = this.session.state.get();
    return state.status === "signed-in" ? state.userId : undefined;
  }

  #begin(me: string): void {
    const typing = new TypingNames();
    const heard = new Store<{ id: string; chatId: string } | undefined>(undefined);
    const listeners: LiveListeners = {
      typing: (chatId, userId, until) => typing.heard(chatId, userId, until),
      messageAdded: ({ id, chatId, senderId }) => {
        typing.heard(chatId, senderId, 0);
        heard.set({ id, chatId });
      },
    };
    const inbox = new Inbox({ client: this.client, socket: this.socket, me, listeners });
    const outbox = new Outbox({
      storage: indexedDbOutbox(me),
      deliver: (message) => deliver(this.client, message, me),
      isOnline: () => navigator.onLine,
    });
    inbox.state.subscribe(() => {
      if (inbox.state.get() === "live") outbox.nudge();
    });
    this.current.set({ me, inbox, outbox, typing, heard });
    void inbox.start();
    outbox.restore().catch((error) => console.warn("unsent messages could not be read", error));
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
