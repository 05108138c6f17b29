import { expectAccessible, message, newPerson, openBrowser, PASSWORD, picture, startDirect } from "./people";
import { expect, type Page, test } from "./test";

/** Presses Tab until what has the focus has that name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return "";
      const label = element?.id ? document.querySelector(`label[for="${element.id}"]`)?.textContent : "";
      return `${element?.getAttribute("aria-label") ?? ""} ${label} ${element?.textContent ?? ""}`;
    });
    if (name.test(focused)) return;
  }
  throw new Error(`nothing called ${name} can be reached with Tab`);
}

test("someone with nothing but a keyboard signs in, finds a chat, reads, and sends", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ben, ada);
  await ben.page.getByLabel("Message", { exact: true }).fill("Can you read this?");
  await ben.page.keyboard.press("Enter");

  const page = await openBrowser(browser, "2");
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await tabTo(page, /E-mail or username/);
  await page.keyboard.type(ada.username);
  await tabTo(page, /Password/);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: /Ben Okafor/ })).toBeVisible();
  await tabTo(page, /Ben Okafor/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article").filter({ hasText: "Can you read this?" })).toBeVisible();
  await expect(page.getByLabel("Message", { exact: true })).toBeFocused();
  await page.keyboard.type("Every word,");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and this line too.");
  await picture(page, "keyboard");
  await page.keyboard.press("Enter");
  await expect(message(ben, "Every word,")).toContainText("and this line too.");
  await expectAccessible(page);
});
