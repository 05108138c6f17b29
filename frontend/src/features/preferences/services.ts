import type { Preferences } from "./model/preferences";

declare module "@/session/services" {
  interface SignedInServices {
    preferences: Preferences;
  }
}
