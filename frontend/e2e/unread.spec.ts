import {
  expectAccessible,
  live,
  message,
  newPerson,
  openChat,
  PASSWORD,
  type Person,
  picture,
  say,
  secondDevice,
  startGroup,
} from "./people";
import { expect, test } from "./test";

const rows = ({ page }: Person) =>
  page
    .getByRole("navigation")
    .getByRole("link")
    .filter({ has: page.locator("time") });
const filter = ({ page }: Person) => page.getByRole("button", { name: "Only unread chats" });

test("the list shows only what is unread, from the keyboard and at every width, and says when nothing is", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  for (const title of ["Evening choir", "Running club", "Book circle"]) await startGroup(ada, title, [ben]);
  await say(ada, "chapter two?");
  await openChat(ada, "Evening choir");
  await say(ada, "who sings?");
  await expect(rows(ben)).toHaveCount(3);
  await expect(rows(ben).getByRole("img", { name: "1 unread" })).toHaveCount(2);
  await filter(ben).focus();
  await ben.page.keyboard.press("Enter");
  await expect(filter(ben)).toHaveAttribute("aria-pressed", "true");
  await expect(rows(ben)).toHaveCount(2);
  await picture(ben.page, "unread-view");
  await expectAccessible(ben.page);

  // The chat that is read stays while it is open, and then goes.
  await openChat(ben, "Evening choir");
  await expect(message(ben, "who sings?")).toBeVisible();
  await expect(rows(ben)).toHaveCount(2);
  await openChat(ben, "Book circle");
  await expect(rows(ben)).toHaveCount(1);
  await expect(message(ben, "chapter two?")).toBeVisible();
  // The services have heard of it.
  for (const [title, text] of [
    ["Book circle", "chapter two?"],
    ["Evening choir", "who sings?"],
  ] as const) {
    await openChat(ada, title);
    await expect(message(ada, text).getByRole("img", { name: "Read" })).toBeVisible();
  }
  await ben.page.goto("/");
  await filter(ben).click();
  await expect(ben.page.getByRole("heading", { name: "Nothing unread" })).toBeVisible();
  for (const width of [360, 800, 1_300]) {
    await ben.page.setViewportSize({ width, height: 900 });
    expect(await ben.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await expectAccessible(ben.page);
  }
  await say(ada, "and a bass!");
  await expect(rows(ben)).toHaveCount(1);
  await filter(ben).click();
  await expect(rows(ben)).toHaveCount(3);
});

test("a chat or a message is marked as unread on all devices, and nobody else sees the read mark move", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Evening choir", [ben]);
  for (const text of ["first", "second", "third"]) await say(ada, text);
  await openChat(ben, "Evening choir");
  await expect(message(ben, "third")).toBeVisible();
  await expect(message(ada, "third").getByRole("img", { name: /^Read/ })).toBeVisible();
  const other = await secondDevice(browser, "1", ben);
  const dot = (device: Person) => rows(device).getByRole("img", { name: "Marked as unread" });

  await message(ben, "second").press("Enter");
  await ben.page.getByRole("menuitem", { name: "Mark as unread from here", exact: true }).click();
  await expect(ben.page).toHaveURL("/");
  for (const device of [ben, other]) await expect(dot(device)).toBeVisible();
  await expect(ben.page).toHaveTitle(/^\(1\)/);
  await filter(other).click();
  await expect(rows(other)).toHaveCount(1);
  await picture(other.page, "marked-unread");
  await expectAccessible(other.page);
  await expect(message(ada, "third").getByRole("img", { name: /^Read/ })).toBeVisible();

  // Opened on the other device, the line stands where it was marked, and it is marked no longer.
  await openChat(other, "Evening choir");
  const texts = other.page.getByRole("region", { name: "Messages" });
  await expect(texts.getByText("New messages", { exact: true })).toBeVisible();
  const above = await texts.getByText("New messages", { exact: true }).evaluate((line) => {
    const second = [...document.querySelectorAll("article")].find((one) => one.textContent?.includes("second"))!;
    return line.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING;
  });
  expect(above).toBeTruthy();
  for (const device of [ben, other]) await expect(dot(device)).toHaveCount(0);

  await rows(ben).click({ button: "right" });
  await ben.page.getByRole("menuitem", { name: "Mark as unread", exact: true }).click();
  await expect(dot(other)).toHaveCount(0);
  await expect(dot(ben)).toBeVisible();
  await rows(ben).click({ button: "right" });
  await ben.page.getByRole("menuitem", { name: "Mark as read", exact: true }).click();
  await expect(dot(ben)).toHaveCount(0);
});

test("the link of a message leads to it, also whoever has to sign in first", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  await startGroup(ada, "Evening choir", []);
  await say(ada, "the one that is meant");
  await expect(message(ada, "the one that is meant").getByRole("img", { name: "Sent", exact: true })).toBeVisible();
  await ada.page.evaluate(() => {
    Object.assign(navigator.clipboard, {
      writeText: async (text: string) => void Object.assign(window, { copied: text }),
    });
  });
  await message(ada, "the one that is meant").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Copy link", exact: true }).click();
  await expect(ada.page.getByText("Copied", { exact: false }).first()).toBeAttached();
  const link = await ada.page.evaluate(() => Reflect.get(window, "copied") as string);
  expect(link).toMatch(/\/chats\/[^/?]+\?at=[0-9a-f-]{36}$/);
  await ada.page.goto(link);
  await live(ada);
  await expect(message(ada, "the one that is meant")).toBeVisible();
  const elsewhere = await browser.newContext();
  const page = await elsewhere.newPage();
  await page.goto(link);
  await page.getByLabel("E-mail or username").fill(ada.username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(link);
  await expect(page.getByRole("article").filter({ hasText: "the one that is meant" })).toBeVisible();
  await elsewhere.close();
});
