import { HOSTILE } from "./hostile";
import { ask, live, newPerson, openChat, sayMany, startGroup, tokenOf } from "./people";
import { everythingOnScreen } from "./screen";
import { expect, type Page, test } from "./test";

/** Names and titles hold so many characters. */
const LONGEST_NAME = 100;

/** Everything by which a page would show that something of the text ran or was fetched. */
function watch(page: Page): string[] {
  const signs: string[] = [];
  page.on("dialog", (dialog) => {
    signs.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (entry) => {
    if (/Content Security Policy|Trusted/.test(entry.text())) signs.push(entry.text());
  });
  page.on("pageerror", (error) => signs.push(String(error)));
  page.on("popup", (popup) => signs.push(`a window: ${popup.url()}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(page.url()).origin) signs.push(`a request: ${request.url()}`);
  });
  return signs;
}

/** What the page is made of besides its own parts: nothing, however the text was written. */
async function expectOnlyText(page: Page): Promise<void> {
  const strange = await page.evaluate(() => {
    const foreign =
      "script:not([src^='/assets/']), img, iframe, object, embed, video, audio, base, math, animate, meta[http-equiv]";
    const elements = [...document.querySelectorAll(foreign)];
    const handlers = [...document.querySelectorAll("*")].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith("on")),
    );
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter(
      (link) => !/^https?:$/.test(link.protocol) || (link.target === "_blank" && !link.relList.contains("noopener")),
    );
    return [...elements, ...handlers, ...links].map((element) => element.outerHTML);
  });
  expect(strange).toEqual([]);
}

test("two hundred hostile texts are shown as text: as messages, names and titles", async ({ browser }) => {
  test.setTimeout(240_000);
  expect(new Set(HOSTILE).size).toBe(200);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const signs = watch(ben.page);
  await startGroup(ada, "Hostile", [ben]);
  await openChat(ben, "Hostile");
  await live(ben);

  await sayMany(ada, HOSTILE);
  await expect(ben.page.locator(`article[data-number="${HOSTILE.length}"]`)).toBeVisible({ timeout: 30_000 });
  await expectOnlyText(ben.page);
  const shown = await everythingOnScreen(ben.page);
  expect(shown.slice(0, 40)).toEqual(HOSTILE.slice(0, 40));
  expect(shown).toHaveLength(HOSTILE.length);
  await expectOnlyText(ben.page);

  const token = await tokenOf(ada);
  const chatId = new URL(ada.page.url()).pathname.split("/")[2];
  const rename = "mutation ($input: UpdateChatInput!) { updateChat(input: $input) { cursor } }";
  const profile = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { account { version } } }";
  let version = (await ask(ada, "users", "{ me { version } }", {}, token)).me.version;
  for (const text of HOSTILE) {
    const name = text.slice(0, LONGEST_NAME);
    await ask(ada, "sender", rename, { input: { chatId, name, description: text } }, token);
    const changed = await ask(ada, "users", profile, { input: { displayName: name, about: text, version } }, token);
    version = changed.updateProfile.account.version;
    if (version % 20 === 0) await expectOnlyText(ben.page);
  }
  const last = HOSTILE.at(-1)!.slice(0, LONGEST_NAME);
  await expect(ben.page.getByRole("heading", { name: last })).toBeVisible();
  await expect(ben.page.getByRole("main").getByText(last, { exact: true }).first()).toBeVisible();
  await ben.page.getByRole("button", { name: "Chat details" }).click();
  await expect(ben.page.getByRole("complementary").getByText(last).first()).toBeVisible();
  await expectOnlyText(ben.page);
  await ben.page.reload();
  await live(ben);
  await expectOnlyText(ben.page);
  expect(signs).toEqual([]);
});
