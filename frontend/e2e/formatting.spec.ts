import { expectAccessible, live, message, newPerson, openChat, type Person, picture, say, startDirect } from "./people";
import { type Browser, devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 120_000 });

async function pair(browser: Browser, options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", options);
  await live(ben);
  await startDirect(ada, ben);
  await say(ada, "Good evening.");
  await openChat(ben, "Ada Lovelace");
  return { ada, ben };
}

const field = ({ page }: Person) => page.getByLabel("Message", { exact: true });
const bar = ({ page }: Person) => page.getByRole("toolbar", { name: "Formatting", exact: true });
const marked = (person: Person) =>
  field(person).evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd));

test("keys format what is marked, each is undone by itself, and the other sees what was meant", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const { page } = ada;
  await field(ada).focus();
  await page.keyboard.type("so very good");
  for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowLeft");
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Control+b");
  await expect(field(ada)).toHaveValue("so **very** good");
  expect(await marked(ada)).toBe("very");
  await page.keyboard.press("Control+i");
  await expect(field(ada)).toHaveValue("so **_very_** good");
  await page.keyboard.press("Control+z");
  await expect(field(ada)).toHaveValue("so **very** good");
  await page.keyboard.press("Control+z");
  await expect(field(ada)).toHaveValue("so very good");
  await page.keyboard.press("Control+Shift+z");
  await expect(field(ada)).toHaveValue("so **very** good");
  await page.keyboard.press("Enter");
  await expect(message(ben, "so very good").locator("strong")).toHaveText("very");

  await page.keyboard.type("the notes");
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("Control+k");
  await expect(field(ada)).toHaveValue("[the notes](https://)");
  expect(await marked(ada)).toBe("https://");
  await page.keyboard.type("https://example.org/notes");
  await page.keyboard.press("Enter");
  await expect(message(ben, "the notes").getByRole("link")).toHaveAttribute("href", "https://example.org/notes");
  // Where nothing is marked, the key leads where it does on the whole page.
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Chats, people, messages" })).toBeFocused();
});

test("with the keyboard alone one goes into the bar, along it, and on writing", async ({ browser }) => {
  const { ada, ben } = await pair(browser);
  const { page } = ada;
  await field(ada).focus();
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(bar(ada).getByRole("button", { name: "Bold", exact: true })).toBeFocused();
  await page.keyboard.press("End");
  await expect(bar(ada).getByRole("button", { name: "List", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(field(ada)).toBeFocused();
  await expect(field(ada)).toHaveValue("- one\n- two");
  await picture(page, "formatting");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(message(ben, "one").getByRole("listitem")).toHaveText(["one", "two"]);
  for (const [name, text, tag] of [
    ["Strikethrough", "gone", "del"],
    ["Code", "f(x)", "code"],
    ["Quote", "said before", "blockquote"],
  ] as const) {
    await field(ada).fill(text);
    await field(ada).selectText();
    await bar(ada).getByRole("button", { name, exact: true }).click();
    await field(ada).press("Enter");
    await expect(message(ben, text).locator(tag)).toHaveText(text);
  }
});

test("on a phone the bar comes on demand, is large enough for a finger, and goes", async ({ browser }) => {
  const { ben } = await pair(browser, phone);
  const { page } = ben;
  await expect(bar(ben)).toHaveCount(0);
  await field(ben).fill("louder");
  await field(ben).selectText();
  await page.getByRole("button", { name: "Formatting", exact: true }).tap();
  const bold = bar(ben).getByRole("button", { name: "Bold", exact: true });
  const box = (await bold.boundingBox())!;
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
  await bold.tap();
  await expect(field(ben)).toHaveValue("**louder**");
  await expect(field(ben)).toBeFocused();
  await picture(page, "formatting-phone");
  await expectAccessible(page);
  await page.reload();
  await expect(bar(ben)).toBeVisible();
  await page.getByRole("button", { name: "Formatting", exact: true }).tap();
  await expect(bar(ben)).toHaveCount(0);
});

test("the bar fits every width, in the dark and in Arabic", async ({ browser }) => {
  const { ben } = await pair(browser, { colorScheme: "dark" });
  const { page } = ben;
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    if (width === 360) await page.getByRole("button", { name: "Formatting", exact: true }).click();
    await expect(bar(ben)).toBeVisible();
    await picture(page, `formatting-dark-${width}`);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), String(width)).toBe(false);
  }
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const arabic = page.getByRole("toolbar", { name: "التنسيق", exact: true });
  await arabic.getByRole("button", { name: "عريض", exact: true }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(arabic.getByRole("button", { name: "مائل", exact: true })).toBeFocused();
  await picture(page, "formatting-arabic");
  await expectAccessible(page);
});
