import type { OfflineStore } from "./model/offlineStore";

declare module "@/session/services" {
  interface SignedInServices {
    copy: OfflineStore;
  }
}
