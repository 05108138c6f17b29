import type { DeviceStorage } from "@/api/deviceStorage";

const KEY = "antiphon.devices";
/** Accounts that are remembered on this device; a sign-in may show no more. */
const MAX_TOKENS = 10;

type Kept = [userId: string, token: string][];

/**
 * Tokens that say which accounts were signed in to on this device. They grant nothing and outlive signing out: with
 * them, strangers who guess at a password do not slow down its owner here.
 */
export class DeviceTokens {
  readonly #storage: DeviceStorage;

  constructor(storage: DeviceStorage) {
    this.#storage = storage;
  }

  /** All of them, the newest first. */
  all(): string[] {
    return this.#kept().map(([, token]) => token);
  }

  /** Keeps the newest token of an account. */
  keep(userId: string, token: string): void {
    const others = this.#kept().filter(([other]) => other !== userId);
    this.#storage.set(KEY, JSON.stringify([[userId, token], ...others].slice(0, MAX_TOKENS)));
  }

  #kept(): Kept {
    try {
      const kept: unknown = JSON.parse(this.#storage.get(KEY) ?? "[]");
      return Array.isArray(kept) ? (kept as unknown[]).filter(isPair) : [];
    } catch {
      // Not ours, or from another age: the same as none.
      return [];
    }
  }
}

function isPair(one: unknown): one is [string, string] {
  return Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "string");
}
