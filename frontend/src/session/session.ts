import { v4, v5 } from "uuid";
import type { DeviceStorage } from "@/api/deviceStorage";
import { type Failure, isTemporary } from "@/api/errors";
import { Store } from "@/api/store";
import type { Tokens } from "@/api/tokens";
import { DeviceTokens } from "./deviceTokens";

/** What signing in, signing up and refreshing answer, as far as the session needs it. */
export interface Grant {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  /** Says that this device has signed in to the account. */
  deviceToken: string;
  userId: string;
}

export type SessionState = { status: "signed-out" } | { status: "signed-in"; userId: string };

interface Dependencies {
  /** Exchanges a refresh token for a new grant, again if the id of the request is the same; rejects with a `Failure`. */
  refresh(refreshToken: string, requestId: string): Promise<Grant>;
  storage: DeviceStorage;
  /** Runs one piece of work at a time across all tabs of this browser. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

interface Stored {
  refreshToken: string;
  userId: string;
  /** What the ids of requests are made from. Random, made when someone signs in, and known to this browser alone. */
  requestKey?: string;
}

const KEY = "antiphon.session";
/** Renewed this long before it ends, so that no request meets the very end. */
const AHEAD_MS = 60_000;
/** A token is used for at least this long, whatever a wrong local clock makes of its expiry. */
const SHORTEST_MS = 30_000;

/**
 * The signed-in session of this browser. The access token lives in memory; the refresh token lives in localStorage,
 * because a reload must not sign anyone out and every tab shares one session. Refresh tokens are used up by refreshing
 * and reuse ends the session, hence one refresh at a time across tabs, always with the newest stored token. Where
 * nothing can be stored the session is this tab's, and `stored` says so.
 */
export class Session implements Tokens {
  readonly state: Store<SessionState>;
  /** Whether the session outlives the tab. */
  readonly stored = new Store(true);
  /** What outlives the session: the accounts that this device has signed in to. */
  readonly devices: DeviceTokens;
  readonly #deps: Dependencies;
  #access: { token: string; staleAt: number } | undefined;
  #refreshing: Promise<string | undefined> | undefined;
  /** What could not be stored. */
  #memory: Stored | undefined;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.devices = new DeviceTokens(deps.storage);
    const stored = this.#stored();
    this.state = new Store<SessionState>(
      stored ? { status: "signed-in", userId: stored.userId } : { status: "signed-out" },
    );
  }

  /** Takes over a new grant, after signing in or refreshing. */
  adopt(grant: Grant): void {
    const remaining = Date.parse(grant.accessTokenExpiresAt) - Date.now();
    this.#access = {
      token: grant.accessToken,
      staleAt: Date.now() + Math.max(remaining - AHEAD_MS, SHORTEST_MS),
    };
    const before = this.#stored();
    const requestKey = (before?.userId === grant.userId && before.requestKey) || v4();
    this.#store({ refreshToken: grant.refreshToken, userId: grant.userId, requestKey });
    this.devices.keep(grant.userId, grant.deviceToken);
    const state = this.state.get();
    if (state.status === "signed-out" || state.userId !== grant.userId) {
      this.state.set({ status: "signed-in", userId: grant.userId });
    }
  }

  /** A token that is good for a while, refreshed if need be; none when signed out. Rejects when refreshing failed. */
  async accessToken(): Promise<string | undefined> {
    if (this.state.get().status === "signed-out") return undefined;
    if (this.#access && Date.now() < this.#access.staleAt) return this.#access.token;
    return this.#refresh();
  }

  /** The same, but never rejects: the last known token serves where a refusal is handled anyway. */
  async accessTokenOrLast(): Promise<string | undefined> {
    return this.accessToken().catch(() => this.#access?.token);
  }

  /** A service refused this token: the next one is new. */
  reject(token: string | undefined): void {
    if (this.#access && this.#access.token === token) this.#access.staleAt = 0;
  }

  /** Forgets everything, in this tab and (through the storage event) in all others. */
  end(): void {
    this.#access = undefined;
    this.#memory = undefined;
    this.#deps.storage.remove(KEY);
    this.state.set({ status: "signed-out" });
  }

  /** Another tab signed out, signed in, or refreshed. */
  onStorage(key: string | null): void {
    if (key !== null && key !== KEY) return;
    const stored = this.#stored();
    const state = this.state.get();
    const current = state.status === "signed-in" ? state.userId : undefined;
    if (stored?.userId === current) return;
    this.#access = undefined;
    this.state.set(stored ? { status: "signed-in", userId: stored.userId } : { status: "signed-out" });
  }

  #refresh(): Promise<string | undefined> {
    this.#refreshing ??= this.#deps
      .exclusively(() => this.#refreshOnce())
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<string | undefined> {
    // Read under the lock: another tab may just have replaced it.
    const stored = this.#stored();
    if (!stored) {
      this.end();
      return undefined;
    }
    try {
      await this.#exchange(stored);
    } catch (error) {
      if (isTemporary(error as Failure)) throw error;
      // Refused, perhaps because another tab has used it all the same: then what that tab was given is the newest.
      const newest = this.#stored();
      if (newest && newest.refreshToken !== stored.refreshToken && newest.userId === stored.userId) {
        return this.#refreshWith(newest);
      }
      this.end();
      throw error;
    }
    return this.#access?.token;
  }

  async #refreshWith(stored: Stored): Promise<string | undefined> {
    try {
      await this.#exchange(stored);
    } catch (error) {
      if (!isTemporary(error as Failure)) this.end();
      throw error;
    }
    return this.#access?.token;
  }

  /**
   * Every attempt with one token has one id, after a reload and in every tab, also where tabs cannot wait for each other: it
   * is made from the token. If an answer is lost, the service gives it again to whoever knows the id, and to nobody else.
   */
  async #exchange(stored: Stored): Promise<void> {
    const { refreshToken, requestKey = v4() } = stored;
    // Kept by a release that made none.
    if (!stored.requestKey) this.#store({ ...stored, requestKey });
    this.adopt(await this.#deps.refresh(refreshToken, v5(refreshToken, requestKey)));
  }

  #store(stored: Stored): void {
    const { storage } = this.#deps;
    let written = storage.set(KEY, JSON.stringify(stored));
    if (!written) {
      // A token that is used up must not stay there, and its room may be what was missing.
      storage.remove(KEY);
      written = storage.set(KEY, JSON.stringify(stored));
    }
    this.#memory = written ? undefined : stored;
    this.stored.set(written);
  }

  #stored(): Stored | undefined {
    if (this.#memory) return this.#memory;
    try {
      const stored = JSON.parse(this.#deps.storage.get(KEY) ?? "null") as Stored | null;
      return stored?.refreshToken && stored.userId ? stored : undefined;
    } catch {
      // Not ours, or from another age: the same as signed out.
      return undefined;
    }
  }
}
