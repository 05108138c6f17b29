import type { Search } from "./model/search";

declare module "@/session/services" {
  interface SignedInServices {
    search: Search;
  }
}
