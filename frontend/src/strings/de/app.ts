import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for the page as a whole, in German. */
export const app: Strings["app"] = {
  appName: "Antiphon",
  tabTitle: (unread, page) =>
    `${unread > 0 ? `(${unread > 999 ? "999+" : unread}) ` : ""}${page ? `${own(page)} – ` : ""}Antiphon`,
  tagline: "Jede Nachricht kommt an. Einmal, und in der richtigen Reihenfolge.",
  pageGone: "Diese Seite gibt es nicht",
  pageFailed: "Diese Seite konnte nicht gezeigt werden",
  noFilesYet: "Dateien können noch nicht gesendet werden.",
  newVersion: "Eine neue Version ist da",
  reload: "Neu laden",
};
