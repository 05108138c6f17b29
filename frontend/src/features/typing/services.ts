import type { TypingNames } from "./model/typingNames";

declare module "@/session/services" {
  interface SignedInServices {
    typing: TypingNames;
  }
}
