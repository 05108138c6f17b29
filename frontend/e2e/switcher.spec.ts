import { expectAccessible, live, newPerson, picture, say, startDirect, startGroup } from "./people";
import { expect, test } from "./test";

test("F14: what leads to a chat looks like that and not like a search, and shows its key", async ({ browser }) => {
  const { page } = await newPerson(browser, "1", "Ada Lovelace");
  const button = page.getByRole("button", { name: "Go to a chat" });
  await expect(button).toHaveAttribute("title", "Go to a chat (Ctrl+K)");
  await expect(button).toHaveAttribute("aria-keyshortcuts", /Control\+K/);
  // A lens is a circle with a handle.
  await expect(button.locator("svg")).toBeVisible();
  await expect(button.locator("circle")).toHaveCount(0);
  await button.click();
  const dialog = page.getByRole("dialog", { name: "Go to a chat" });
  await expect(dialog.getByRole("combobox", { name: "Search your chats" })).toBeFocused();
  await expect(dialog.getByText("Ctrl+K")).toBeVisible();
});

test("F43, F16: Ctrl+K leads to a chat by a few letters, and the tab's title counts what is unread in all of them", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  for (const text of ["one", "two"]) await say(ada, text);
  await startGroup(ada, "Morning run", [ben]);
  await startDirect(ada, ben);
  await say(ada, "three");
  await expect(ben.page).toHaveTitle("(3) Antiphon");

  const { page } = ben;
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Go to a chat" });
  await expect(dialog.getByRole("option")).toHaveText([/Ada Lovelace/, /Evening choir|Morning run/, /choir|run/]);
  await expectAccessible(page);
  // What is unread, and what was said last. Pointing at a row marks it, and it alone.
  const choir = dialog.getByRole("option").filter({ hasText: "Evening choir" });
  await expect(choir).toContainText("Ada Lovelace: two");
  await expect(choir.getByRole("img", { name: "2 unread" })).toBeVisible();
  await choir.hover();
  await expect(dialog.getByRole("option", { selected: true })).toHaveText(/Evening choir/);
  await picture(page, "switcher");
  await page.keyboard.type("CHOIR eve");
  await expect(dialog.getByRole("option", { selected: true })).toHaveText(/Evening choir/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Evening choir" })).toBeVisible();
  await expect(page).toHaveTitle("(1) Evening choir – Antiphon");

  await page.keyboard.press("Control+k");
  await expect(dialog.getByRole("option", { selected: true })).toHaveText(/Ada Lovelace/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Ada Lovelace" })).toBeVisible();
  await expect(page).toHaveTitle("Ada Lovelace – Antiphon");
  await page.keyboard.press("Control+k");
  await expect(dialog.getByRole("option").first()).toBeVisible();
  await page.keyboard.type("zzz");
  await expect(page.getByText("None of your chats is called that.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});
