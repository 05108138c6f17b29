import { expectAccessible, live, message, newPerson, openBrowser, openChat, picture, say, startGroup } from "./people";
import { devices, expect, type Page, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test("the page speaks German to a German browser, tells times in the reader's zone, and can be switched", async ({
  browser,
}) => {
  const german = await openBrowser(browser, "1", { locale: "de-DE", timezoneId: "Asia/Tokyo" });
  await german.goto("/sign-in");
  await expect(german.getByRole("heading", { name: "Anmelden" })).toBeVisible();
  await expect(german.locator("html")).toHaveAttribute("lang", "de");
  await expectAccessible(german);
  // Whoever cannot read it changes that before they sign in, with the keyboard too.
  await german.getByLabel("Sprache").selectOption("English");
  await expect(german.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(german.getByLabel("Language")).toBeFocused();
  await german.getByRole("link", { name: "Create account" }).click();
  await german.getByLabel("Language").selectOption("العربية");
  await expect(german.getByRole("heading", { name: "إنشاء حساب" })).toBeVisible();
  await expect(german.locator("html")).toHaveAttribute("dir", "rtl");
  await picture(german, "sign-up-arabic");
  await expectAccessible(german);
  await german.context().close();

  const ada = await newPerson(browser, "1", "Ada Lovelace", { timezoneId: "Asia/Tokyo" });
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  await say(ada, "What time is it?");
  const time = message(ada, "What time is it?").locator("time");
  const sent = new Date((await time.getAttribute("datetime")) ?? "");
  const inTokyo = sent.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo" });
  await expect(time).toHaveText(inTokyo);

  await page.goto("/profile");
  await page.getByLabel("Language").selectOption("Deutsch");
  await expect(page.getByRole("heading", { name: "Passwort ändern" })).toBeVisible();
  await picture(page, "german");
  await expectAccessible(page);
  await page.reload();
  await live(ada);
  await expect(page.getByRole("navigation", { name: "Chats" }).getByText("Du: What time is it?")).toBeVisible();
  await page.getByLabel("Sprache").selectOption("English");
  await expect(page.getByRole("heading", { name: "Change password" })).toBeVisible();
});

test("in Arabic two people talk from right to left, and nothing of it is left in English", async ({ browser }) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", phone);
  await startGroup(ada, "Evening choir", [ben]);
  await live(ben);
  await openChat(ben, "Evening choir");
  for (const { page } of [ada, ben]) {
    await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  }
  const write = async ({ page }: typeof ada, text: string) => {
    const field = page.getByLabel("رسالة", { exact: true });
    await field.fill(text);
    await field.press("Control+Enter");
  };
  await expect(ada.page.getByText("مشاركان")).toBeVisible();
  await write(ada, "مرحبا يا بن، متى نبدأ؟");
  await expect(message(ben, "متى نبدأ")).toBeVisible();
  await message(ben, "متى نبدأ").getByText("متى نبدأ").tap();
  await message(ben, "متى نبدأ")
    .getByRole("button", { name: /^إجراءات/ })
    .tap();
  await ben.page.getByRole("menuitem", { name: "رد", exact: true }).tap();
  await write(ben, "At seven, in the hall. Is that too late?");
  await expect(message(ada, "At seven").getByRole("button", { name: /^الانتقال إلى رسالة/ })).toBeVisible();
  await expect(message(ada, "متى نبدأ").first().getByRole("img", { name: "قُرئت" })).toBeVisible();

  // An own message stands at the left, one of another at the right, and each reads as it was written.
  const box = async (what: ReturnType<Page["locator"]>) => (await what.boundingBox())!;
  const own = await box(message(ada, "متى نبدأ").first().locator("[dir=auto]").first());
  const others = await box(message(ada, "At seven").locator("[dir=auto]").last());
  expect(own.x).toBeLessThan(200);
  expect(others.x + others.width).toBeGreaterThan(700);
  const english = await message(ada, "At seven")
    .getByText("At seven")
    .evaluate((text) => getComputedStyle(text).direction);
  expect(english).toBe("ltr");
  for (const { page } of [ada, ben]) expect(await overflowing(page)).toEqual([]);
  await picture(ada.page, "arabic");
  await picture(ben.page, "arabic-phone");
  for (const { page } of [ada, ben]) await expectAccessible(page);
  const words = await ada.page.locator("body").textContent();
  expect(
    (words ?? "").replace(/At seven, in the hall. Is that too late\?|Ada Lovelace|Ben Okafor|Evening choir/g, ""),
  ).not.toMatch(/[a-z]{3,}/);
});

/** What sticks out of the page, or out of a place that does not scroll sideways. */
const overflowing = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("body, body *")]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        const hidden = width === 0 || element.closest("[aria-hidden=true], .mantine-VisuallyHidden-root");
        return !hidden && (left < -1 || right > innerWidth + 1);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );

const turn = (page: Page) => page.evaluate(() => Object.assign(document.documentElement, { dir: "rtl" }));

test("read from right to left, the page is its own mirror image, and nothing sticks out", async ({ browser }) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", phone);
  await live(ben);
  await startGroup(ada, "مجموعة المساء", [ben]);
  await openChat(ben, "مجموعة المساء");
  await say(ben, "مرحبا بالجميع، هذه رسالة طويلة حتى تنكسر على سطرين في شاشة ضيقة.");
  await say(ada, "> مرحبا\nأهلا وسهلا");
  await expect(message(ben, "أهلا")).toBeVisible();
  for (const { page } of [ada, ben]) await turn(page);

  const box = async (what: ReturnType<Page["locator"]>) => (await what.boundingBox())!;
  const list = await box(ada.page.getByRole("navigation", { name: "Chats" }));
  expect(list.x + list.width).toBeGreaterThan(1_270);
  const own = await box(message(ada, "أهلا").locator("[dir=auto]").first());
  const others = await box(message(ada, "مرحبا بالجميع").locator("[dir=auto]").first());
  expect(own.x).toBeLessThan(200);
  expect(others.x + others.width).toBeGreaterThan(700);
  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await expect(ada.page.getByRole("complementary")).toBeVisible();
  expect((await box(ada.page.getByRole("complementary"))).x).toBeLessThan(5);
  for (const { page } of [ada, ben]) expect(await overflowing(page)).toEqual([]);
  await picture(ada.page, "rtl");
  await picture(ben.page, "rtl-phone");
  await expectAccessible(ada.page);
  await ben.page.getByRole("button", { name: "Back to chats" }).click();
  expect(await overflowing(ben.page)).toEqual([]);
});
