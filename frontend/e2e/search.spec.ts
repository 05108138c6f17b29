import {
  expectAccessible,
  live,
  message,
  newPerson,
  openChat,
  type Person,
  picture,
  say,
  sayMany,
  startDirect,
  startGroup,
} from "./people";
import { type Browser, devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 150_000 });

const panel = ({ page }: Person) => page.getByRole("search", { name: "Search" });
const field = (person: Person) => panel(person).getByRole("combobox", { name: "Chats, people, messages" });
const group = (person: Person, name: string) => panel(person).getByRole("group", { name, exact: true });
const hits = (person: Person) => group(person, "Messages").getByRole("option");

/** Opens the search and looks for that. */
async function find(person: Person, text: string): Promise<void> {
  await person.page.keyboard.press("Control+k");
  await expect(field(person)).toBeFocused();
  await field(person).fill(text);
}

/** Two people, on two instances of every service, in a group that both have open. */
async function pair(browser: Browser, options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", options);
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  await openChat(ben, "Evening choir");
  return { ada, ben };
}

test("F14: the search has a lens and shows its key, and what can be searched for is explained", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  const button = page.getByRole("button", { name: "Search", exact: true });
  await expect(button).toHaveAttribute("title", "Search (Ctrl+K)");
  await expect(button).toHaveAttribute("aria-keyshortcuts", /Control\+K/);
  // A lens is a circle with a handle.
  await expect(button.locator("circle")).toHaveCount(1);
  await button.click();
  await expect(field(ada)).toBeFocused();
  await expect(panel(ada).getByText("Ctrl+K")).toBeVisible();
  await expect(group(ada, "Search messages with").getByRole("option")).toHaveCount(9);
  await expectAccessible(page);
  await picture(page, "search-empty");
  await page.keyboard.press("ArrowUp");
  await panel(ada)
    .getByRole("option", { name: /^has:link/ })
    .click();
  await expect(field(ada)).toHaveValue("has:link ");
  await expect(field(ada)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panel(ada)).toHaveCount(0);
  await expect(button).toBeFocused();
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
  const chats = group(ben, "Chats").getByRole("option");
  await expect(chats).toHaveText([/Ada Lovelace/, /Evening choir|Morning run/, /choir|run/]);
  await expectAccessible(page);
  // What is unread, and what was said last. Pointing at a row marks it, and it alone.
  const choir = chats.filter({ hasText: "Evening choir" });
  await expect(choir).toContainText("Ada Lovelace: two");
  await expect(choir.getByRole("img", { name: "2 unread" })).toBeVisible();
  await choir.hover();
  await expect(panel(ben).getByRole("option", { selected: true })).toHaveText(/Evening choir/);
  await picture(page, "search-chats");
  await page.keyboard.type("CHOIR eve");
  await expect(panel(ben).getByRole("option", { selected: true })).toHaveText(/Evening choir/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Evening choir" })).toBeVisible();
  await expect(page).toHaveTitle("(1) Evening choir – Antiphon");
  await expect(panel(ben)).toHaveCount(0);

  await page.keyboard.press("Control+k");
  await expect(panel(ben).getByRole("option", { selected: true })).toHaveText(/Ada Lovelace/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Ada Lovelace" })).toBeVisible();
  await expect(page).toHaveTitle("Ada Lovelace – Antiphon");

  // A person whom one has never written to.
  const cleo = await newPerson(browser, "1", "Cleo Marsh");
  await find(ben, cleo.username);
  await group(ben, "People")
    .getByRole("option", { name: /Cleo Marsh/ })
    .click();
  await expect(page.getByRole("heading", { name: "Cleo Marsh" })).toBeVisible();
  await find(ben, "zzzzqq");
  await expect(panel(ben).getByText("No message found.")).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(panel(ben)).toHaveCount(0);
});

test("what one says is found by the other at once, in any script, and no more when it was removed", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  const { page } = ben;
  for (const text of [
    "Who brings the **lanterns**?",
    "我家在上海东边",
    "See https://lantern.example/shop",
    "Ünïcode kåbel",
  ])
    await say(ada, text);
  await expect(message(ben, "Ünïcode kåbel")).toBeVisible();

  await find(ben, "lanter");
  await expect(hits(ben)).toHaveCount(2);
  await expect(hits(ben).last()).toContainText("Ada Lovelace");
  await expect(hits(ben).last()).toContainText("Evening choir");
  await expect(hits(ben).last()).toContainText("Who brings the lanterns?");
  await expect(hits(ben).last().locator("mark").first()).toHaveText(/^lanter/);
  await expect(panel(ben).getByRole("status")).toHaveText("2 messages");
  await expectAccessible(page);
  await picture(page, "search-messages");
  for (const [text, found, marked] of [
    ["上海", "我家在上海东边", "上海"],
    ["边", "我家在上海东边", "边"],
    ["ÜNÏCODE", "Ünïcode kåbel", "Ünïcode"],
    ["has:link lantern", "See https://lantern.example/shop", undefined],
    [`from:@${ada.username} lanterns -shop`, "Who brings the lanterns?", "lanterns"],
  ] as const) {
    await field(ben).fill(text);
    await expect(hits(ben), text).toHaveCount(1);
    await expect(hits(ben)).toContainText(found);
    if (marked) await expect(hits(ben).locator("mark")).toHaveText(marked);
  }
  // Nobody has mentioned anything of the kind.
  await field(ben).fill("from:me lanterns");
  await expect(panel(ben).getByText("No message found.")).toBeVisible();

  // Removed while it is on the screen, and before it is looked for.
  await field(ben).fill("lanterns brings");
  await expect(hits(ben)).toHaveCount(1);
  await message(ada, "Who brings the lanterns?").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ben, "Message removed")).toBeVisible();
  await expect(hits(ben)).toHaveCount(0);
  await find(ben, "lanterns");
  await expect(panel(ben).getByText("No message found.")).toBeVisible();
});

test("a message five hundred back is gone to, seen in its place, and gone to again; so is a reply in its thread", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const { ada, ben } = await pair(browser);
  const { page } = ben;
  await say(ada, "The word is marmalade");
  await sayMany(
    ada,
    Array.from({ length: 500 }, (_, index) => `line ${index + 1}`),
  );
  await expect(message(ben, "line 500")).toBeVisible();
  await page.reload();
  await live(ben);
  await expect(message(ben, "marmalade")).toHaveCount(0);
  await find(ben, "marmalade");
  await expect(hits(ben)).toHaveCount(1);
  await hits(ben).click();
  const list = page.getByRole("region", { name: "Messages", exact: true });
  const target = list.getByRole("article").filter({ hasText: "marmalade" });
  await expect(target).toHaveAttribute("data-highlighted");
  await expect(target).toBeInViewport();
  await expect(message(ben, "line 1").first()).toBeVisible();
  await picture(page, "search-jump");
  await page.getByRole("button", { name: /^Go to the newest/ }).click();
  await expect(message(ben, "line 500")).toBeVisible();
  await hits(ben).click();
  await expect(target).toHaveAttribute("data-highlighted");

  await target.press("t");
  const thread = page.getByRole("complementary", { name: "Thread", exact: true });
  await thread.getByLabel("Reply in the thread").fill("Or rather quince");
  await thread.getByLabel("Reply in the thread").press("Enter");
  await expect(thread.getByRole("article").filter({ hasText: "quince" })).toBeVisible();
  await thread.getByRole("button", { name: "Close" }).click();
  await find(ada, "quince");
  await hits(ada).click();
  const there = ada.page.getByRole("complementary", { name: "Thread", exact: true });
  await expect(there.getByRole("article").filter({ hasText: "quince" })).toHaveAttribute("data-highlighted");
  // Escape closes the search, and the thread stays.
  await field(ada).press("Escape");
  await expect(panel(ada)).toHaveCount(0);
  await expect(there).toBeVisible();
});

test("with nothing but a keyboard one searches in one chat, goes from one message to the next, and reads more of them", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser);
  const { page } = ben;
  await sayMany(
    ada,
    Array.from({ length: 45 }, (_, index) => `rehearsal ${index + 1}`),
  );
  await startDirect(ada, ben);
  await say(ada, "Private rehearsal");
  await expect(message(ben, "rehearsal 45")).toBeVisible();
  await find(ben, "rehearsal");
  await expect(hits(ben).first()).toContainText("Private rehearsal");
  await expect(hits(ben)).toHaveCount(21);
  // Only this chat.
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.getAttribute("role") === "switch")) break;
  }
  await expect(panel(ben).getByRole("switch", { name: "Only in Evening choir" })).toBeFocused();
  await page.keyboard.press("Space");
  await expect(hits(ben).first()).toContainText("rehearsal 45");
  await page.keyboard.press("Control+k");
  await expect(field(ben)).toBeFocused();
  await page.keyboard.type("rehearsal");
  await expect(panel(ben).getByRole("switch")).not.toBeChecked();
  await expect(hits(ben)).toHaveCount(21);
  for (let step = 0; step < 20; step += 1) await page.keyboard.press("ArrowDown");
  await expect(panel(ben).getByRole("option", { selected: true })).toHaveText("Show more");
  await expect(panel(ben).getByRole("option", { selected: true })).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(hits(ben)).toHaveCount(41);
  await expect(field(ben)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(panel(ben).getByRole("option", { selected: true })).toContainText("rehearsal 26");
  await page.keyboard.press("Enter");
  const target = page
    .getByRole("region", { name: "Messages" })
    .getByRole("article")
    .filter({ hasText: "rehearsal 26" });
  await expect(target).toHaveAttribute("data-highlighted");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  await expect(panel(ben)).toHaveCount(0);
  await page.getByRole("region", { name: "Messages" }).press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText(
    "Search chats, people and messages",
  );
});

test("offline the chats are searched, and the search goes on when the network returns", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  await say(ada, "Umbrellas tonight");
  await expect(message(ben, "Umbrellas tonight")).toBeVisible();
  await find(ben, "");
  await ben.page.context().setOffline(true);
  await field(ben).fill("umbrellas");
  await expect(panel(ben).getByText(/^Offline. Only your chats are searched/)).toBeVisible();
  await field(ben).fill("choir");
  await expect(group(ben, "Chats").getByRole("option")).toHaveCount(1);
  await picture(ben.page, "search-offline");
  await field(ben).fill("umbrellas");
  await ben.page.context().setOffline(false);
  await expect(hits(ben)).toHaveCount(1, { timeout: 40_000 });
});

test("on a phone the search is a page, from which one comes to a message and back to what was found", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser, phone);
  const { page } = ben;
  await say(ada, "The score of the second movement");
  await say(ada, "And the second score");
  await expect(message(ben, "And the second score")).toBeVisible();
  await page.getByRole("button", { name: "Search in this chat" }).tap();
  await expect(page).toHaveURL(/\/search$/);
  await expect(panel(ben).getByRole("switch", { name: "Only in Evening choir" })).toBeChecked();
  await picture(page, "search-phone-empty");
  await field(ben).fill("second");
  await expect(hits(ben)).toHaveCount(2);
  await expectAccessible(page);
  await picture(page, "search-phone");
  const box = (await hits(ben).first().boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(44);
  await hits(ben).last().tap();
  await expect(message(ben, "The score of the second movement")).toHaveAttribute("data-highlighted");
  await page.goBack();
  await expect(field(ben)).toHaveValue("second");
  await expect(hits(ben)).toHaveCount(2);
  await page.getByRole("button", { name: "Back to chats" }).tap();
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
  // From the list it begins anew, in all chats.
  await page.getByRole("button", { name: "Search", exact: true }).tap();
  await expect(field(ben)).toHaveValue("");
  await expect(panel(ben).getByRole("switch")).toHaveCount(0);
});

test("the search stands in the place of the list on every width, in light and dark, and on the other side in Arabic", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const { ada, ben } = await pair(browser, { colorScheme: "dark" });
  await say(ada, `A lantern at the very end of a long message${", of many words".repeat(20)}: the lantern itself.`);
  await say(ada, "مصباح lantern مصباح");
  await expect(message(ben, "مصباح")).toBeVisible();
  for (const person of [ada, ben]) {
    await find(person, "lantern");
    await expect(hits(person)).toHaveCount(2);
  }
  for (const width of [1280, 1024, 768]) {
    for (const person of [ada, ben]) {
      await person.page.setViewportSize({ width, height: 800 });
      await expect(hits(person)).toHaveCount(2);
      const over = await person.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(over, String(width)).toBe(false);
      await expectAccessible(person.page);
    }
    await picture(ada.page, `search-light-${width}`);
    await picture(ben.page, `search-dark-${width}`);
  }
  // Where there is room for one pane only, it becomes a page, and a panel again.
  await ben.page.setViewportSize({ width: 400, height: 800 });
  await expect(ben.page).toHaveURL(/\/search$/);
  await expect(hits(ben)).toHaveCount(2);
  await picture(ben.page, "search-dark-400");
  await expectAccessible(ben.page);
  await ben.page.setViewportSize({ width: 1280, height: 800 });
  await expect(hits(ben)).toHaveCount(2);
  await expect(panel(ben)).toHaveCount(1);

  const { page } = ada;
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await live(ada);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await picture(page, "search-arabic-empty");
  await expectAccessible(page);
  await page.keyboard.type("lantern");
  await expect(page.getByRole("option")).toHaveCount(2);
  const box = (await page.getByRole("search").boundingBox())!;
  expect(box.x, "on the right of the chat").toBeGreaterThan(600);
  await picture(page, "search-arabic");
  await expectAccessible(page);
});
