import { expectAccessible, live, message, newPerson, openChat, picture, say, sayMany, startGroup } from "./people";
import { rewritePast } from "./stack";
import { expect, test } from "./test";

test("history loads upward without moving what is read, and a quote leads back to its message", async ({ browser }) => {
  test.setTimeout(180_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Long talk", [ben]);
  await say(ada, "the very first message");
  await message(ada, "the very first message").hover();
  await message(ada, "the very first message").getByRole("button", { name: "Reply", exact: true }).click();
  await say(ada, "an answer to it");
  await expect(message(ada, "an answer to it").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  const lines = Array.from({ length: 137 }, (_, index) => `line ${index + 3} ${"of many words ".repeat(index % 5)}`);
  await sayMany(ada, lines);
  await say(ada, "the newest message");
  await expect(message(ada, "the newest message").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible({
    timeout: 60_000,
  });

  // Whoever was there while it was said has it all: only a later visit has to load.
  await ben.page.reload();
  await live(ben);
  await openChat(ben, "Long talk");
  await expect(message(ben, "the newest message")).toBeVisible();
  const list = ben.page.getByRole("region", { name: "Messages" });
  const up = () => list.evaluate((element) => element.scrollBy(0, -500));

  // The page of older messages is held back until the place of what is in view is known.
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = 0;
  await ben.page.route("**/receiver/graphql", async (route) => {
    if (route.request().postDataJSON()?.variables?.before) {
      asked += 1;
      await held;
    }
    await route.continue();
  });
  await expect(async () => {
    await up();
    expect(asked).toBeGreaterThan(0);
  }).toPass();
  await ben.page.waitForTimeout(300);
  const watched = await list.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    const seen = [...element.querySelectorAll("article")].find((row) => row.getBoundingClientRect().top > top + 60);
    return seen?.getAttribute("data-number");
  });
  const place = () => ben.page.locator(`article[data-number="${watched}"]`).boundingBox();
  const before = await place();
  const height = () => list.evaluate((element) => element.scrollHeight);
  const shorter = await height();
  release();
  await expect.poll(height).toBeGreaterThan(shorter + 1_000);
  await ben.page.waitForTimeout(500);
  expect(Math.abs((await place())!.y - before!.y)).toBeLessThan(3);

  await expect(async () => {
    await up();
    await expect(ben.page.getByText("This is the beginning of the chat")).toBeInViewport({ timeout: 200 });
  }).toPass({ timeout: 30_000 });
  await expect(message(ben, "the very first message").first()).toBeInViewport();
  await picture(ben.page, "history");

  await ben.page.getByRole("button", { name: "Go to the newest message" }).click();
  await expect(message(ben, "the newest message")).toBeVisible();

  // An answer far from what it answers. After a reload only the newest page is there: the quote fetches its place.
  await expect(async () => {
    await up();
    await expect(ben.page.getByText("This is the beginning of the chat")).toBeInViewport({ timeout: 200 });
  }).toPass({ timeout: 30_000 });
  await message(ben, "the very first message").first().hover();
  await message(ben, "the very first message").first().getByRole("button", { name: "Reply", exact: true }).click();
  await say(ben, "a late answer");
  await expect(message(ben, "a late answer")).toBeInViewport();
  await ada.page.reload();
  await live(ada);
  await expect(message(ada, "a late answer")).toBeInViewport();
  await expect(ada.page.locator('article[data-number="1"]')).toHaveCount(0);
  await message(ada, "a late answer").getByRole("button", { name: "Go to the message of" }).click();
  await expect(ada.page.locator('article[data-number="1"]')).toBeInViewport();
  await picture(ada.page, "jumped");
  await ada.page.getByRole("button", { name: /^Go to the newest message/ }).click();
  await expect(message(ada, "a late answer")).toBeInViewport();
});

test("unread messages are counted, and reading elsewhere clears the badge", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ben);
  await startGroup(ada, "Counting", [ben]);
  for (const text of ["one", "two", "three"]) await say(ada, text);
  const row = ben.page.getByRole("navigation").getByRole("link", { name: "Counting" });
  await expect(row.getByRole("img", { name: "3 unread" })).toBeVisible();

  const other = await ben.page.context().newPage();
  await other.goto("/");
  await other.getByRole("navigation").getByRole("link", { name: "Counting" }).click();
  await expect(other.getByText("New messages")).toBeVisible();
  await expect(row.getByRole("img", { name: /unread/ })).toHaveCount(0);
});

test("the day between messages leads to any other day", async ({ browser }) => {
  test.setTimeout(180_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Diary", [ben]);
  await sayMany(
    ada,
    Array.from({ length: 80 }, (_, index) => `page ${index + 1}.`),
  );
  // One a day, the last one today.
  const chatId = new URL(ada.page.url()).pathname.split("/")[2];
  rewritePast(
    `UPDATE messages SET created_at = created_at - (80 - number) * interval '1 day' WHERE chat_id = '${chatId}'`,
  );
  await ben.page.reload();
  await live(ben);
  await openChat(ben, "Diary");
  await expect(message(ben, "page 80.")).toBeVisible();

  const { page } = ben;
  await page.getByRole("button", { name: "Today", exact: true }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Jump to a date" });
  await expect(dialog.getByLabel("Date")).toBeFocused();
  const day = await page.evaluate(() => {
    const then = new Date(Date.now() - 60 * 86_400_000);
    const two = (part: number) => String(part).padStart(2, "0");
    return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  });
  await dialog.getByLabel("Date").fill(day);
  await expectAccessible(page);
  await picture(page, "jump-to-date");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(message(ben, "page 20.")).toBeInViewport();

  // Before everything, it is the first message; a day without one leads to the next that has one.
  await page.getByTitle("Jump to a date").first().click();
  await dialog.getByLabel("Date").fill("2001-02-03");
  await dialog.getByRole("button", { name: "Go there" }).click();
  await expect(message(ben, "page 1.")).toBeInViewport();
});
