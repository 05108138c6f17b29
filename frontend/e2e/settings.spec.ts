import {
  ask,
  expectAccessible,
  live,
  message,
  newPerson,
  openChat,
  type Person,
  picture,
  say,
  secondDevice,
  startDirect,
  startGroup,
  tokenOf,
} from "./people";
import { type Browser, expect, test } from "./test";

const rows = ({ page }: Person) =>
  page
    .getByRole("navigation")
    .getByRole("link")
    .filter({ has: page.locator("time") });
const row = (person: Person, name: string) => rows(person).filter({ hasText: name });
const archive = ({ page }: Person) => page.getByRole("navigation").getByRole("button", { name: /^Archived/ });

async function choose(person: Person, name: string, ...items: string[]): Promise<void> {
  await row(person, name).click({ button: "right" });
  for (const item of items) await person.page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Ben with two chats on two devices, each at another instance. */
async function devices(browser: Browser) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Evening choir", [ben]);
  await say(ada, "who sings?");
  await startGroup(ada, "Running club", [ben]);
  await say(ada, "at seven?");
  const other = await secondDevice(browser, "1", ben);
  for (const device of [ben, other]) await expect(rows(device)).toHaveCount(2);
  return { ada, ben, other };
}

test("what is pinned, muted and archived on one device is so on the other, also after it was away", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const { ada, ben, other } = await devices(browser);
  await expect(rows(other).first()).toContainText("Running club");
  await choose(ben, "Evening choir", "Pin to the top of the list");
  for (const device of [ben, other]) {
    await expect(rows(device).first()).toContainText("Evening choir");
    await expect(row(device, "Evening choir").getByRole("img", { name: "Pinned" })).toBeVisible();
  }
  await choose(other, "Running club", "Mute", "For 1 hour");
  for (const device of [ben, other])
    await expect(row(device, "Running club").getByRole("img", { name: "Muted" })).toBeVisible();

  // Away, with changes on both sides: what is wanted last of each setting is what stays.
  await other.page.context().setOffline(true);
  await choose(other, "Evening choir", "Archive");
  await expect(archive(other)).toBeVisible();
  await choose(ben, "Running club", "Unmute");
  await expect(row(ben, "Running club").getByRole("img", { name: "Muted" })).toHaveCount(0);
  await other.page.context().setOffline(false);
  await expect(archive(ben)).toBeVisible({ timeout: 30_000 });
  await expect(row(ben, "Evening choir")).toHaveCount(0);
  await expect(row(other, "Running club").getByRole("img", { name: "Muted" })).toHaveCount(0, { timeout: 30_000 });
  await archive(ben).click();
  await expect(row(ben, "Evening choir")).toBeVisible();
  await picture(ben.page, "archive");
  await expectAccessible(ben.page);

  // A new message brings it back, on both.
  await openChat(ada, "Evening choir");
  await say(ada, "louder, please");
  for (const device of [ben, other]) {
    await expect(archive(device)).toHaveCount(0);
    await expect(row(device, "Evening choir")).toBeVisible();
  }
  // Unless it is muted.
  await choose(ben, "Evening choir", "Mute", "Until I turn it off");
  await choose(ben, "Evening choir", "Archive");
  await say(ada, "and softer");
  await expect(message(ada, "and softer")).toBeVisible();
  await archive(other).click();
  await expect(row(other, "Evening choir").getByRole("img", { name: /unread/ })).toBeVisible();
  await ben.page.reload();
  await live(ben);
  await expect(archive(ben)).toBeVisible();
});

test("the details of a chat say what is set, from the keyboard and in every language", async ({ browser }) => {
  const { ben, other } = await devices(browser);
  await openChat(ben, "Evening choir");
  const { page } = ben;
  await page.getByRole("button", { name: "Chat details" }).click();
  await page.getByRole("switch", { name: "Mute", exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByLabel("How long")).toBeVisible();
  await page.getByLabel("Notify me of").selectOption("Only mentions of me");
  await page.getByRole("switch", { name: "Pin to the top of the list" }).click();
  await expect(row(other, "Evening choir").getByRole("img", { name: "Muted" })).toBeVisible();
  await openChat(other, "Evening choir");
  await other.page.getByRole("button", { name: "Chat details" }).click();
  await expect(other.page.getByLabel("Notify me of")).toHaveValue("MENTIONS");
  await expect(other.page.getByRole("switch", { name: "Pin to the top of the list" })).toBeChecked();
  await expectAccessible(page);
  await picture(page, "chat-settings");
  for (const width of [360, 800, 1_300]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await expectAccessible(page);
  }
});

test("the twenty-first chat that is pinned is refused, and the reader is told why", async ({ browser }) => {
  test.setTimeout(120_000);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  for (let nth = 1; nth <= 21; nth += 1) await startGroup(ben, `Chat ${String(nth).padStart(2, "0")}`, []);
  for (let nth = 1; nth <= 20; nth += 1)
    await choose(ben, `Chat ${String(nth).padStart(2, "0")}`, "Pin to the top of the list");
  await expect(rows(ben).getByRole("img", { name: "Pinned" })).toHaveCount(20);
  await choose(ben, "Chat 21", "Pin to the top of the list");
  await expect(ben.page.getByText("You can pin at most 20 chats. Unpin one first.")).toBeVisible();
  await expect(rows(ben).getByRole("img", { name: "Pinned" })).toHaveCount(20);
});

test("what an earlier version kept on the device about chats becomes the account's, once", async ({ browser }) => {
  const { ben, other } = await devices(browser);
  await openChat(ben, "Evening choir");
  const chatId = new URL(ben.page.url()).pathname.split("/")[2]!;
  const { me } = await ask(ben, "users", "{ me { user { id } } }", {}, await tokenOf(ben));
  await ben.page.evaluate(
    ([user, id]) =>
      localStorage.setItem(`antiphon.preferences.${user}`, JSON.stringify({ muted: [id], pinned: [id], sound: true })),
    [me.user.id, chatId],
  );
  await ben.page.reload();
  await live(ben);
  for (const device of [ben, other]) {
    await expect(row(device, "Evening choir").getByRole("img", { name: "Muted" })).toBeVisible();
    await expect(row(device, "Evening choir").getByRole("img", { name: "Pinned" })).toBeVisible();
  }
  await choose(other, "Evening choir", "Unmute");
  await ben.page.reload();
  await live(ben);
  await expect(row(ben, "Evening choir").getByRole("img", { name: "Muted" })).toHaveCount(0);
});

test("what is written on one device stands as a draft on the other, and is gone everywhere once it is sent", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "hello");
  const other = await secondDevice(browser, "1", ben);
  await openChat(ben, "Ada Lovelace");
  const field = ({ page }: Person) => page.getByLabel("Message", { exact: true });
  await field(ben).fill("half a thought");
  await expect(row(other, "Ada Lovelace")).toContainText("Draft: half a thought");
  await openChat(other, "Ada Lovelace");
  await expect(field(other)).toHaveValue("half a thought");

  // Who is writing is not disturbed; once they look elsewhere, the text that was stored last is there.
  await field(other).focus();
  await field(ben).fill("half a thought, and more");
  await other.page.waitForTimeout(4_000);
  await expect(field(other)).toHaveValue("half a thought");
  await field(other).blur();
  await expect(field(other)).toHaveValue("half a thought, and more");

  await field(ben).press("Enter");
  await expect(message(ada, "half a thought, and more")).toBeVisible();
  await expect(field(other)).toHaveValue("");
  await other.page.goto("/");
  await expect(other.page.getByText(/^Draft:/)).toHaveCount(0);

  // Offline, it waits.
  await ben.page.context().setOffline(true);
  await field(ben).fill("written in a tunnel");
  await ben.page.waitForTimeout(3_000);
  await ben.page.context().setOffline(false);
  await expect(row(other, "Ada Lovelace")).toContainText("Draft: written in a tunnel", { timeout: 30_000 });
});
