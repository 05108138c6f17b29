import type { Strings } from "../en";
import { counted, NEW_MESSAGES } from "./counted";

/** Words for notifications, in Arabic. */
export const notifications: Strings["notifications"] = {
  newMessagesCount: (count) => counted(count, NEW_MESSAGES),
};
