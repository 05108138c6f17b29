import { Store } from "@/api/store";

const WORKER = "/worker.js";
/** A tab that stays open for days asks this often whether there is a new version. */
const ASK_EVERY_MS = 60 * 60_000;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The policy of the page lets nothing but a vouched-for address become a worker. */
function vouched(url: string): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const rules = {
    createScriptURL(asked: string): string {
      if (asked !== WORKER) throw new TypeError(`${asked} is no worker of ours`);
      return asked;
    },
  };
  return (trustedTypes?.createPolicy("antiphon-worker", rules) ?? rules).createScriptURL(url);
}

/** New versions of the page: fetched beside the one in use, and taken when the reader says so. */
export class Updates {
  /** Whether a new version waits. */
  readonly ready = new Store(false);
  #registration: ServiceWorkerRegistration | undefined;

  /** Installs the service worker, where there can be one, and looks out for its successors. */
  async follow(): Promise<void> {
    // A page over plain HTTP from another machine has no workers, and works without.
    if (!navigator.serviceWorker) return;
    const registration = await navigator.serviceWorker.register(vouched(WORKER));
    this.#registration = registration;
    const look = () => this.ready.set(registration.waiting !== null && registration.active !== null);
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", look);
    });
    look();
    const ask = () => registration.update().catch((error) => console.warn("no word about new versions", error));
    setInterval(ask, ASK_EVERY_MS);
    addEventListener("online", ask);
  }

  /** Starts the new version. */
  take(): void {
    const waiting = this.#registration?.waiting;
    if (waiting) {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage("activate");
    } else {
      // Another tab has taken it already.
      location.reload();
    }
  }
}
