import { tabStorage } from "./deviceStorage";
import { Store } from "./store";

/** Response and request header by which a developer pins an instance and learns which one answered. */
export const INSTANCE_HEADER = "x-antiphon-instance";

const PIN = "antiphon.instance";
const DEVELOPER = "antiphon.developer";

/** Remembers a visit with `?dev`, for this tab. */
export function noticeDeveloper(): void {
  if (new URLSearchParams(location.search).has("dev")) tabStorage.set(DEVELOPER, "1");
}

/** Whether the developer panel is offered: in development builds, or in any build after a visit with `?dev`. */
export function isDeveloper(): boolean {
  return import.meta.env.DEV || tabStorage.get(DEVELOPER) === "1";
}

/** The instance that this tab asks for. The load balancer decides whether it listens: in production it does not. */
export function pinnedInstance(): string | undefined {
  return tabStorage.get(PIN) ?? undefined;
}

export function pinInstance(instance: string | undefined): void {
  if (instance) tabStorage.set(PIN, instance);
  else tabStorage.remove(PIN);
}

/** Which instance answered last, by service. */
export const answeredBy = new Store<Readonly<Record<string, string>>>({});
