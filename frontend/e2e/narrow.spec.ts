import { expectAccessible, newPerson, openBrowser, picture, startGroup, tokenOf, unique } from "./people";
import { expect, type Page, test } from "./test";

const LONG = "Al Wolfeschlegelsteinhausenberger";
const NARROW = { width: 360, height: 740 };

/** Texts that are cut at the side without the dots that would say so; code and tables scroll on purpose. */
const cut = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.getElementById("root")!.parentElement!, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement!;
      if (!node.textContent?.trim() || parent.closest(".mantine-VisuallyHidden-root, script, select, pre")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      for (let box: HTMLElement | null = parent; box; box = box.parentElement) {
        const { overflowX, textOverflow, clipPath } = getComputedStyle(box);
        // With dots; or for those who listen only.
        if (textOverflow === "ellipsis" || clipPath !== "none") break;
        if (overflowX === "visible") continue;
        const { left, right } = box.getBoundingClientRect();
        if (text.width > 0 && (text.left < left - 1 || text.right > right + 1)) found.push(node.textContent);
        break;
      }
    }
    return found;
  });

const speak = async (page: Page, language: string) => {
  await page.evaluate((code) => localStorage.setItem("antiphon.language", code), language);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", language);
};

test("on the narrowest screen no word is cut, in any language: buttons keep theirs, and names go on in the next line", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Bo Wolfeschlegelsteinhausenberger");
  const ben = await newPerson(browser, "2", LONG);
  // A second session to sign out.
  await tokenOf(ada);
  await startGroup(ada, "Evening choir", []);
  const { page } = ada;
  await page.setViewportSize(NARROW);
  for (const language of ["en", "de", "ar"]) {
    await page.goto("/profile");
    await speak(page, language);
    await expect(page.getByRole("main").getByRole("listitem")).toHaveCount(2);
    expect(await cut(page), language).toEqual([]);
    await picture(page, `narrow-profile-${language}`);
    await page.goto("/");
    await page.locator("nav header button").last().click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("label").nth(1).click();
    const search = dialog.getByRole("textbox").last();
    await search.fill(ben.username);
    const row = dialog.locator("button").filter({ hasText: `@${ben.username}` });
    await expect(row).toBeVisible();
    expect(await cut(page), language).toEqual([]);
    await row.click();
    await expect(row).toHaveCount(0);
    expect(await cut(page), language).toEqual([]);
    await picture(page, `narrow-picker-${language}`);
    await expectAccessible(page);
    await page.keyboard.press("Escape");

    // The empty field is one line high.
    await page.getByRole("navigation").getByRole("link", { name: "Evening choir" }).click();
    const field = page.locator("textarea").first();
    await expect(field).toBeVisible();
    expect((await field.boundingBox())!.height, language).toBeLessThan(50);
  }
});

test("what is missing in a form is said in the language of the page, not in that of the browser", async ({
  browser,
}) => {
  const page = await openBrowser(browser, "1", { locale: "en-GB" });
  await page.goto("/sign-up");
  await speak(page, "de");
  const said = (label: string) =>
    page.getByLabel(label, { exact: true }).evaluate((field) => (field as HTMLInputElement).validationMessage);
  const submit = page.getByRole("button", { name: "Konto anlegen" });
  await submit.click();
  expect(await said("Benutzername")).toBe("Fülle dieses Feld aus.");
  await expect(page.getByLabel("Benutzername")).toBeFocused();
  const username = unique("clara");
  await page.getByLabel("Benutzername").fill(username);
  expect(await said("Benutzername")).toBe("");
  await page.getByLabel("E-Mail").fill("clara");
  await submit.click();
  expect(await said("E-Mail")).toBe("Gib eine E-Mail-Adresse ein, zum Beispiel ada@example.org.");
  // Words of one's own do not stay in the way.
  await page.getByLabel("E-Mail").fill(`${username}@example.org`);
  await page.getByLabel("Passwort", { exact: true }).fill("quiet harbour lantern 7");
  await submit.click();
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
});

test("a dialog that was seen in one language speaks the next one, with the names of the keys", async ({ browser }) => {
  const { page } = await newPerson(browser, "1", "Ada Lovelace");
  await page.getByRole("button", { name: "New chat" }).first().click();
  await expect(page.getByRole("dialog").getByText("Just the two of you.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Profile" }).click();
  await page.getByLabel("Language").selectOption("Deutsch");
  await page.getByRole("button", { name: "Neuer Chat" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Nur ihr beide.")).toBeVisible();
  await expect(dialog.getByText("Gruppe", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Suchen", exact: true })).toHaveAttribute("title", /\(Strg\+K\)$/);
  await page.getByRole("main").press("?");
  await expect(page.getByRole("dialog").getByText("Umschalt+Eingabe")).toBeVisible();
});

test("F26: in forced colours a switch shows where its knob is, on and off", async ({ browser }) => {
  const { page } = await newPerson(browser, "1", "Ada Lovelace", { forcedColors: "active" });
  await page.goto("/profile");
  const toggle = page.getByRole("switch", { name: "Enter sends the message" });
  const knob = () => toggle.evaluate((element) => getComputedStyle(element, "::after").backgroundColor);
  // The colours of the reader's own choice, which nothing else on the page paints there.
  const chosen = (name: string) =>
    page.evaluate((colour) => {
      const sample = document.body.appendChild(document.createElement("i"));
      sample.style.cssText = `forced-color-adjust: none; color: ${colour}`;
      const { color } = getComputedStyle(sample);
      sample.remove();
      return color;
    }, name);
  await expect(toggle).toBeChecked();
  await expect.poll(knob).toBe(await chosen("HighlightText"));
  await toggle.click();
  await expect.poll(knob).toBe(await chosen("ButtonText"));
});
