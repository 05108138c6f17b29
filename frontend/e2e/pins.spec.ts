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
import { devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 150_000 });

const bar = ({ page }: Person) => page.getByRole("region", { name: "Pinned messages" });

/** Chooses something in the menu of a message, with the keyboard alone. */
async function choose(person: Person, text: string, item: string): Promise<void> {
  // What is still on its way has no menu.
  await expect(message(person, text)).toHaveAttribute("data-number");
  await message(person, text).press("Enter");
  await person.page.getByRole("menuitem", { name: item }).click();
}

test("a pinned message is at hand for everyone at once, leads to its place, and is there after a reload", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Evening choir", [ben]);
  await say(ada, "The door code is **4711**");
  await openChat(ben, "Evening choir");
  await expect(message(ben, "The door code")).toBeVisible();
  await expect(bar(ben)).toHaveCount(0);

  await choose(ada, "The door code", "Pin message");
  await expect(ada.page.getByRole("status").filter({ hasText: "Message pinned." })).toBeVisible();
  await expect(bar(ada).getByRole("link")).toHaveText("Ada Lovelace: The door code is 4711");
  await expect(bar(ben).getByRole("link")).toHaveText("Ada Lovelace: The door code is 4711");
  // Who only takes part cannot pin in a group.
  await message(ben, "The door code").focus();
  await ben.page.keyboard.press("Enter");
  await expect(ben.page.getByRole("menuitem", { name: "Message details" })).toBeVisible();
  await expect(ben.page.getByRole("menuitem", { name: /pin message/i })).toHaveCount(0);
  await ben.page.keyboard.press("Escape");

  await sayMany(
    ada,
    Array.from({ length: 70 }, (_, index) => `line ${index + 1} of many`),
  );
  await expect(message(ben, "line 70 of many")).toBeVisible();
  await bar(ben).getByRole("link").click();
  await expect(message(ben, "The door code")).toBeInViewport();
  await ben.page.reload();
  await live(ben);
  await expect(bar(ben).getByRole("link")).toHaveText("Ada Lovelace: The door code is 4711");
  await expectAccessible(ben.page);

  // What is edited is pinned as it reads now, and what is removed is not pinned any longer.
  await choose(ada, "line 70 of many", "Pin message");
  await expect(bar(ben).getByRole("link")).toHaveText("Ada Lovelace: line 70 of many");
  await expect(bar(ben).getByRole("button", { name: "All 2" })).toBeVisible();
  await choose(ada, "line 70 of many", "Edit");
  await ada.page.getByLabel("Message", { exact: true }).fill("the last line");
  await ada.page.keyboard.press("Enter");
  await expect(bar(ben).getByRole("link")).toHaveText("Ada Lovelace: the last line");
  await choose(ada, "the last line", "Remove");
  await expect(bar(ben).getByRole("link")).toHaveText("Ada Lovelace: The door code is 4711", { timeout: 20_000 });
});

test("all pinned messages are a list, and whoever may pin unpins in it", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  for (const text of ["first of three", "second of three", "third of three"]) await say(ada, text);
  await openChat(ben, "Ada Lovelace");
  // In a direct chat both may.
  await choose(ben, "first of three", "Pin message");
  await expect(bar(ada).getByRole("link")).toContainText("first of three");
  await choose(ada, "third of three", "Pin message");
  await bar(ben).getByRole("button", { name: "All 2" }).click();
  const dialog = ben.page.getByRole("dialog", { name: "Pinned messages" });
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await expect(dialog.getByRole("listitem").first()).toContainText("third of three");
  await picture(ben.page, "pinned");
  await expectAccessible(ben.page);
  await dialog.getByRole("button", { name: "Unpin the message of Ada Lovelace" }).first().click();
  await expect(dialog.getByRole("listitem")).toHaveCount(1);
  await expect(bar(ada).getByRole("link")).toContainText("first of three");
  await dialog.getByRole("link").click();
  await expect(dialog).toHaveCount(0);
  await expect(message(ben, "first of three")).toBeInViewport();
  await choose(ada, "first of three", "Unpin message");
  await expect(bar(ada)).toHaveCount(0);
  await expect(bar(ben)).toHaveCount(0);
});

test("on a phone, in the dark and in Arabic the pinned message can be hit and read", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", { ...phone, colorScheme: "dark" });
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  await startGroup(ada, "Evening choir", [ben]);
  await say(ada, "A sentence that is much longer than the screen of a phone is wide, and which is cut off therefore.");
  await choose(ada, "A sentence", "Pin message");
  await expect(bar(ada)).toBeVisible();
  for (const part of [bar(ada).getByRole("link"), bar(ada).getByRole("button")]) {
    expect((await part.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  }
  await expectAccessible(page);
  await picture(page, "pinned-phone");
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await page.getByRole("region", { name: "الرسائل المثبتة" }).getByRole("button").tap();
  await expect(page.getByRole("dialog", { name: "الرسائل المثبتة" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
  await expectAccessible(page);
  await picture(page, "pinned-arabic");
});
