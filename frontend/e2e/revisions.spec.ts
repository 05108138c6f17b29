import {
  expectAccessible,
  live,
  message,
  newPerson,
  openBrowser,
  openChat,
  type Person,
  picture,
  say,
  signUp,
  startGroup,
} from "./people";
import { devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

const field = ({ page }: Person) => page.getByLabel("Message", { exact: true });
const editedOf = (person: Person, text: string) =>
  message(person, text).getByRole("button", { name: "edited", exact: true });
const dialogOf = ({ page }: Person) => page.getByRole("dialog", { name: "Edits of the message" });
const texts = (person: Person) => dialogOf(person).getByRole("listitem");

/** Edits the last own message to say something else, and waits until that is saved. */
async function editLast(person: Person, before: string, text: string): Promise<void> {
  await expect(message(person, before).getByRole("img", { name: /^Sent|^Read/ })).toBeVisible();
  await field(person).press("ArrowUp");
  await field(person).fill(text);
  await field(person).press("Enter");
  await expect(editedOf(person, text)).toBeVisible();
}

test("whoever reads an edited message sees what it said before, as it changes and until it is removed", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  await openChat(ben, "Evening choir");
  await say(ada, "We meet at **seven**");
  await expect(editedOf(ada, "We meet at")).toHaveCount(0);
  await editLast(ada, "We meet at", "We meet at eight");
  await editLast(ada, "We meet at eight", "We meet at nine");

  await editedOf(ben, "We meet at nine").click();
  await expect(texts(ben)).toHaveText([/now.*We meet at nine/s, /We meet at eight/, /We meet at \*\*seven\*\*/]);
  await picture(ben.page, "revisions");
  await expectAccessible(ben.page);
  // Another edit comes in while one looks.
  await editLast(ada, "We meet at nine", "We meet at ten");
  await expect(texts(ben).first()).toContainText("We meet at ten");
  await expect(texts(ben)).toHaveCount(4);
  await ben.page.keyboard.press("Escape");
  await expect(dialogOf(ben)).toHaveCount(0);
  await expect(editedOf(ben, "We meet at ten")).toBeFocused();

  // With the keyboard: into the message, and to what opens the dialog.
  await message(ben, "We meet at ten").focus();
  for (let presses = 0; presses < 8; presses += 1) {
    await ben.page.keyboard.press("Tab");
    if (await editedOf(ben, "We meet at ten").evaluate((button) => button === document.activeElement)) break;
  }
  await ben.page.keyboard.press("Enter");
  await expect(texts(ben)).toHaveCount(4);

  // What is removed has no past, also before the eyes of those who look at it.
  await message(ada, "We meet at ten").hover();
  await message(ada, "We meet at ten")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(ben.page.getByText("Message removed", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(dialogOf(ben)).toHaveCount(0);
});

test("on a phone, in German and in Arabic the edits are shown as well", async ({ browser }) => {
  test.setTimeout(150_000);
  const ada = await signUp(await openBrowser(browser, "1", { ...phone, colorScheme: "dark" }), "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  await say(ada, "first words");
  await expect(message(ada, "first words").getByRole("img", { name: /^Sent/ })).toBeVisible();
  await message(ada, "first words").press("Enter");
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await field(ada).fill("second words");
  await page
    .getByRole("button", { name: "Save", exact: true })
    .or(page.getByRole("button", { name: "Send" }))
    .click();
  await editedOf(ada, "second words").tap();
  await expect(texts(ada)).toHaveCount(2);
  await picture(page, "revisions-phone");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const chat = page.url();
  for (const [language, name, edited, code] of [
    ["Deutsch", "Änderungen der Nachricht", "bearbeitet", "de"],
    ["العربية", "تعديلات الرسالة", "معدّلة", "ar"],
  ] as const) {
    await page.goto("/profile");
    await page.locator("select").first().selectOption(language);
    await expect(page.locator("html")).toHaveAttribute("lang", code);
    await page.goto(chat);
    await page
      .getByRole("article")
      .filter({ hasText: "second words" })
      .getByRole("button", { name: edited, exact: true })
      .tap();
    await expect(page.getByRole("dialog", { name }).getByRole("listitem")).toHaveCount(2);
    await picture(page, `revisions-${code}`);
    await expectAccessible(page);
  }
});
