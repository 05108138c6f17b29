import type { Strings } from "../en";

/** Words for notifications, in German. */
export const notifications: Strings["notifications"] = {
  newMessagesCount: (count) => `${count} neue Nachrichten`,
};
