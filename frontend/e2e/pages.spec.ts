import {
  expectAccessible,
  live,
  message,
  newPerson,
  openBrowser,
  openChat,
  PASSWORD,
  picture,
  pressUntilIn,
  say,
  sayMany,
  startGroup,
} from "./people";
import { devices, expect, type Page, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test("F13, F16, F46: the first screen leads on, every page has a title, and a wrong address keeps the list", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = ada;
  await expect(page).toHaveTitle("Antiphon");
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { name: "Your chats live here" })).toBeVisible();
  await expect(page.getByText("Pick a chat")).toHaveCount(0);
  await picture(page, "first-steps");
  await expectAccessible(page);
  await main.getByRole("button", { name: "Copy the address" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Address copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(new URL(page.url()).origin);
  await main.getByRole("button", { name: "Find a person" }).click();
  await expect(page.getByRole("dialog", { name: "New chat" })).toBeVisible();
  await page.keyboard.press("Escape");
  await main.getByRole("link", { name: "Look at public chats" }).click();
  await expect(page).toHaveTitle("Find public chats – Antiphon");
  await startGroup(ada, "Release planning", []);
  await expect(page).toHaveTitle("Release planning – Antiphon");
  await page.getByRole("button", { name: "Chat details" }).click();
  await expect(page).toHaveTitle("Details of Release planning – Antiphon");
  await page.getByRole("link", { name: "Profile" }).click();
  await expect(page).toHaveTitle("Profile – Antiphon");
  await page.goto("/nope/nowhere");
  await expect(main.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await expect(page.getByRole("navigation").getByRole("link", { name: "Release planning" })).toBeVisible();
  await expect(page).toHaveTitle("There is no such page – Antiphon");
  await expectAccessible(page);
});

test("F24: the messages are one stop of the Tab key, and the keys lead from message to message and chat to chat", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "First", []);
  await startGroup(ada, "Second", []);
  await sayMany(ada, ["see https://example.org/a", "two", "three"]);
  const field = page.getByLabel("Message", { exact: true });
  await expect(message(ada, "three")).toBeVisible();
  await field.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  const list = page.getByRole("region", { name: "Messages" });
  await expect(list).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(message(ada, "three")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(message(ada, "see https")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("button", { name: "Today", exact: true })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(message(ada, "see https")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(message(ada, "see https").getByRole("link")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(message(ada, "two")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(message(ada, "two")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(field).toBeFocused();

  await page.getByRole("button", { name: "Chat details" }).click();
  await expect(page.getByRole("complementary")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await field.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByRole("heading", { name: "First" })).toBeVisible();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(page.getByRole("heading", { name: "Second" })).toBeVisible();
  await field.focus();
  await page.keyboard.type("?");
  await expect(field).toHaveValue("?");
  await list.focus();
  await page.keyboard.type("?");
  const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(keys).toContainText("From message to message");
  await picture(page, "keys");
  await expectAccessible(page);
});

test("F19, F51: a file does not take the chat away, and a row of the list has its own menu", async ({ browser }) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  await startGroup(ada, "Notes", [ben]);
  const told = page.getByRole("status").filter({ hasText: "Files cannot be sent yet" });
  const give = (type: string, on: string) =>
    page.evaluate(
      ([kind, selector]) => {
        const data = new DataTransfer();
        data.items.add(new File(["x"], "x.png", { type: "image/png" }));
        const event =
          kind === "paste"
            ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(kind!, { dataTransfer: data, bubbles: true, cancelable: true });
        return document.querySelector(selector!)!.dispatchEvent(event);
      },
      [type, on],
    );
  // False: the browser's own way, which opens the file in the place of the page, is not taken.
  for (const place of ["textarea", "nav", "body"]) {
    expect(await give("dragover", place)).toBe(false);
    expect(await give("drop", place)).toBe(false);
  }
  await expect(told).toBeVisible();
  await expect(told).toHaveCount(0);
  await give("paste", "textarea");
  await expect(told).toBeVisible();

  await page.goto("/");
  await live(ada);
  await openChat(ben, "Notes");
  await say(ben, "news");
  const row = page.getByRole("navigation").getByRole("link", { name: /Notes/ });
  await expect(row.getByRole("img", { name: "1 unread" })).toBeVisible();
  const choose = async (...items: string[]) => {
    await row.click({ button: "right" });
    await expect(page.getByRole("menu")).toBeVisible();
    for (const name of items) await page.getByRole("menuitem", { name }).click();
    await expect(page.getByRole("menu")).toHaveCount(0);
  };
  await choose("Mark as read");
  await expect(row.getByRole("img", { name: "1 unread" })).toHaveCount(0);
  await choose("Pin");
  await expect(row.getByRole("img", { name: "Pinned" })).toBeVisible();
  await choose("Mute", "For 1 hour");
  await expect(row.getByRole("img", { name: "Muted" })).toBeVisible();
  await choose("Unmute");
  await expect(row.getByRole("img", { name: "Muted" })).toHaveCount(0);
  // The key that is made for it opens it too.
  await row.focus();
  await row.dispatchEvent("contextmenu");
  await expect(page.getByRole("menuitem", { name: "Unpin" })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "row-menu");
  const left = ben.page.getByRole("navigation").getByRole("link", { name: /Notes/ });
  await left.click({ button: "right" });
  await ben.page.getByRole("menuitem", { name: "Leave chat" }).click();
  await ben.page.getByRole("dialog").getByRole("button", { name: "Leave chat" }).click();
  await expect(left).toHaveCount(0);
});

test("F29, F45: this device comes first, the others are signed out at once, and the account can be closed", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  for (let other = 0; other < 2; other += 1) {
    const elsewhere = await openBrowser(browser, "2");
    await elsewhere.goto("/sign-in");
    await elsewhere.getByLabel("E-mail or username").fill(ada.username);
    await elsewhere.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await pressUntilIn(elsewhere, "Sign in");
  }
  const { page } = ada;
  await page.goto("/profile");
  const devices = page.getByRole("listitem").filter({ hasText: /This device|Last used/ });
  await expect(devices).toHaveCount(3);
  await expect(devices.first()).toContainText("This device");
  await page.getByRole("button", { name: "Sign out all others" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(devices).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Sign out all others" })).toHaveCount(0);

  await page.getByRole("button", { name: "Close account" }).click();
  const dialog = page.getByRole("dialog", { name: "Close account" });
  await dialog.getByLabel("Current password").fill("not the password");
  await dialog.getByRole("button", { name: "Close account" }).click();
  await expect(dialog.getByText("That is not your current password.")).toBeVisible();
  await picture(page, "close-account");
  await expectAccessible(page);
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Close account" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("E-mail or username").fill(ada.username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("do not match");
});

test("a page that cannot be fetched says so in the reader's language, and a reload brings it", async ({ browser }) => {
  const page = await openBrowser(browser, "1", { locale: "de-DE" });
  await page.route("**/assets/SignUpPage-*.js", (route) => route.abort());
  await page.goto("/sign-up");
  await expect(page.getByRole("alert")).toContainText("Diese Seite konnte nicht gezeigt werden");
  await page.unroute("**/assets/SignUpPage-*.js");
  await page.getByRole("button", { name: "Neu laden" }).click();
  await expect(page.getByRole("heading", { name: "Konto anlegen" })).toBeVisible();
});

test("without the code for those who are signed in the page says so, and goes on once it comes", async ({
  browser,
}) => {
  const { page } = await newPerson(browser, "1", "Ada Lovelace");
  await page.route("**/assets/accounts-*.js", (route) => route.abort());
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("could not be shown");
  await page.unroute("**/assets/accounts-*.js");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("heading", { name: "Your chats live here" })).toBeVisible();
});

/** What a finger has to hit and is smaller than it, and fields in which a phone would zoom. Links in a sentence may be. */
const small = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("a, button, input, select, textarea, [role=menuitem], [role=option]")]
      .filter((element) => {
        const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        return (
          !hidden &&
          !element.closest("[aria-hidden=true], p, [role=log], article [dir]") &&
          element.getClientRects().length > 0
        );
      })
      .flatMap((element) => {
        // A field with the frame around it, a switch with its words.
        const label = element.closest("input")?.closest("label, [class*=PasswordInput-input]");
        const { width, height } = (label ?? element).getBoundingClientRect();
        const text = element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
        const zooms = text && Number.parseFloat(getComputedStyle(element).fontSize) < 16;
        return width < 43.5 || height < 43.5 || zooms
          ? [`${element.outerHTML.slice(0, 90)}: ${Math.round(width)} x ${Math.round(height)}`]
          : [];
      }),
  );

test("F18, F48: on a phone everything can be hit with a finger, and every page says what it is about", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace", phone);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  const look = async (name: string) => {
    expect(await small(page), name).toEqual([]);
    await expectAccessible(page);
    await picture(page, `touch-${name}`);
  };
  await look("first-steps");
  await expect(page.getByRole("main")).toHaveCount(1);
  await page.getByRole("button", { name: "New chat" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("new-chat");
  await page.getByRole("button", { name: "Close" }).tap();
  await startGroup(ada, "Notes", [ben]);
  await say(ada, "```\nlet x = 1;\n```\nhttps://example.org");
  await expect(message(ada, "let x").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  await message(ada, "let x").getByText("let x").tap();
  await expect(message(ada, "let x").getByRole("button", { name: /^Actions/ })).toHaveCSS("height", "44px");
  await expect(message(ada, "let x").getByRole("button", { name: "Copy this code" })).toHaveCSS("min-height", "44px");
  await look("chat");
  await page.getByRole("button", { name: "Chat details" }).tap();
  await expect(page.getByRole("complementary")).toBeVisible();
  await look("details");
  await page.goto("/profile");
  await expect(page.getByRole("heading", { name: "Close account" })).toBeVisible();
  await look("profile");
  await page.goto("/discover");
  await look("discover");
  await page.goto("/");
  await live(ada);
  await expect(page.getByRole("main")).toHaveCount(1);
  await look("list");
  await page.goto("/profile");
  await page.getByRole("button", { name: "Sign out", exact: true }).first().tap();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await look("sign-in");
});

test("F26, F27: where the reader's own colours are forced lines tell what colours told, and paper has the conversation alone", async ({
  browser,
}) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", { forcedColors: "active" });
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  await startGroup(ada, "Notes", [ben]);
  await openChat(ben, "Notes");
  await sayMany(
    ada,
    Array.from({ length: 60 }, (_, index) => `line ${index + 1} of many`),
  );
  await say(ben, "and an answer");
  await expect(message(ada, "and an answer")).toBeVisible();
  const border = (of: string) =>
    message(ada, of)
      .last()
      .locator("> div")
      .last()
      .evaluate((bubble) => Number.parseFloat(getComputedStyle(bubble).borderTopWidth));
  expect(await border("and an answer")).toBeGreaterThan(0);
  expect(await border("line 60 of many")).toBeGreaterThan(await border("and an answer"));
  const chosen = page.getByRole("navigation").getByRole("link", { name: /Notes/ });
  expect(await chosen.evaluate((row) => Number.parseFloat(getComputedStyle(row).outlineWidth))).toBeGreaterThan(0);
  await picture(page, "forced-colours");
  await page.getByRole("region", { name: "Messages" }).press("?");
  await expect(page.getByRole("dialog")).toHaveCSS("border-top-width", "1px");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.emulateMedia({ forcedColors: "none", media: "print" });
  await expect(page.getByRole("navigation")).not.toBeVisible();
  await expect(page.getByLabel("Message", { exact: true })).not.toBeVisible();
  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
  await expect(page.locator("article:visible")).toHaveCount(61, { timeout: 15_000 });
  const tall = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight * 2);
  expect(tall).toBe(true);
  await page.screenshot({ path: "e2e/screenshots/paper.png", fullPage: true });
  await page.emulateMedia({ media: "screen" });
  await expect(page.getByLabel("Message", { exact: true })).toBeVisible();
});
