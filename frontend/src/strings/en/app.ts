import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for the page as a whole, in English. */
export const app = {
  appName: "Antiphon",
  tabTitle: (unread: number, page?: string) =>
    `${unread > 0 ? `(${unread > 999 ? "999+" : unread}) ` : ""}${page ? `${own(page)} – ` : ""}Antiphon`,
  tagline: "Every message arrives. Once, and in order.",
  pageGone: "There is no such page",
  pageFailed: "This page could not be shown",
  noFilesYet: "Files cannot be sent yet.",
  newVersion: "A new version is ready",
  reload: "Reload",
};
