import { Store } from "./store";

/** Response and request header by which a developer pins an instance and learns which one answered. */
export const INSTANCE_HEADER = "x-antiphon-instance";

const PIN = "antiphon.instance";
const DEVELOPER = "antiphon.developer";

/** Remembers a visit with `?dev`, for this tab. */
export function noticeDeveloper(): void {
  if (new URLSearchParams(location.search).has("dev")) sessionStorage.setItem(DEVELOPER, "1");
}

/** Whether the developer panel is offered: in development builds, or in any build after a visit with `?dev`. */
export function isDeveloper(): boolean {
  return import.meta.env.DEV || sessionStorage.getItem(DEVELOPER) === "1";
}

/** The instance that this tab asks for. The load balancer decides whether it listens: in production it does not. */
export function pinnedInstance(): string | undefined {
  return sessionStorage.getItem(PIN) ?? undefined;
}

export function pinInstance(instance: string | undefined): void {
  if (instance) sessionStorage.setItem(PIN, instance);
  else sessionStorage.removeItem(PIN);
}

/** Which instance answered last, by service. */
export const answeredBy = new Store<Readonly<Record<string, string>>>({});
