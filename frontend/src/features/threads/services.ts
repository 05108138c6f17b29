import type { OwnThreads } from "./model/ownThreads";

declare module "@/session/services" {
  interface SignedInServices {
    threads: OwnThreads;
  }
}
