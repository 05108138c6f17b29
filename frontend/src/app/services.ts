import { fullJitter, pause } from "@/api/backoff";
import { deviceStorage } from "@/api/deviceStorage";
import type { Failure } from "@/api/errors";
import { exclusively } from "@/api/exclusive";
import { Health } from "@/api/health";
import { Store } from "@/api/store";
import { clearOtherCopies } from "@/features/offline";
import { LogoutDocument, MeDocument, type SignedInFragment } from "@/gql/users/graphql";
import { grantOf, refreshGrant } from "@/session/refresh";
import type { Services, SignedInServices } from "@/session/services";
import { type Grant, Session } from "@/session/session";
import type { Accounts } from "./accounts";
import { makeClient, type PageClient } from "./client";

/** A storage that does not answer must not keep anyone from their chats. */
const COPY_WITHIN_MS = 1_000;
/** A service that does not answer must not keep anyone signed in. */
const LOGOUT_WITHIN_MS = 5_000;

/** The services of the page, and the wiring between them. */
export class ApplicationServices implements Services {
  readonly session: Session;
  readonly client: PageClient;
  readonly health = new Health();
  readonly current = new Store<SignedInServices | undefined>(undefined);
  #accounts: Accounts | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor() {
    this.session = new Session({
      refresh: (token, requestId) => this.#refresh(token, requestId),
      storage: deviceStorage,
      exclusively: (work) => exclusively("refresh", work),
    });
    this.client = makeClient(this.session, this.health);
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
    this.session.state.subscribe(() => this.#followNext());
    this.#followNext();
  }

  async hydrateChat(chatId: string): Promise<void> {
    await this.#following;
    await Promise.race([this.current.get()?.copy.hydrateChat(chatId), pause(COPY_WITHIN_MS)]);
  }

  readonly signIn = (answer: SignedInFragment): void => {
    this.client.writeQuery({ query: MeDocument, data: { me: answer.account } });
    this.session.adopt(grantOf(answer));
  };

  async signOut(): Promise<void> {
    const stay = this.current.get();
    if (stay) {
      stay.removals.close();
      stay.outbox.close();
      stay.drafts.close();
      const report = (error: unknown) => console.warn("not everything could be deleted yet", error);
      await Promise.all([stay.store.clear().catch(report), stay.copy.forget().catch(report)]);
    }
    await Promise.race([
      this.client.mutate({ mutation: LogoutDocument }).catch((error) => console.warn("logout was not heard", error)),
      pause(LOGOUT_WITHIN_MS),
    ]);
    this.session.end();
  }

  #followNext(): void {
    this.#following = this.#following.then(() => this.#follow());
  }

  /** Whoever is signed in now is who everything here belongs to; what belonged to somebody else is forgotten first. */
  async #follow(): Promise<void> {
    const before = this.current.get();
    if (before?.me === this.#whoIsSignedIn()) return;
    if (before) {
      this.current.set(undefined);
      before.inbox.stop();
      before.typing.clear();
      before.drafts.close();
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
    let code: typeof import("./accounts");
    try {
      code = await import("./accounts");
    } catch (error) {
      // The page waits for the same code and says that it did not come (`router.tsx`), unless it comes after all.
      console.warn("what there is for those who are signed in could not be fetched", error);
      void pause(fullJitter(3) + 500).then(() => this.#followNext());
      return;
    }
    if (this.#whoIsSignedIn() !== me) return;
    this.#accounts ??= new code.Accounts(this.session, this.client);
    const begun = await this.#accounts.begin(me);
    this.current.set(begun);
    void begun.inbox.start();
  }
}
