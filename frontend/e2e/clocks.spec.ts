import { ask, live, message, newPerson, openBrowser, openChat, say, signUp, startGroup, tokenOf } from "./people";
import { expect, type Page, test } from "./test";

/** A device whose clock is wrong by so much. */
async function shifted(page: Page, ms: number): Promise<Page> {
  await page.addInitScript((by) => {
    const Right = Date;
    class Wrong extends Right {
      constructor(...given: unknown[]) {
        if (given.length === 0) super(Right.now() + by);
        else super(...(given as [number]));
      }
      static override now() {
        return Right.now() + by;
      }
    }
    window.Date = Wrong as DateConstructor;
  }, ms);
  return page;
}

test("B7: who types is shown, and shown no more when they stop, whatever the clocks of those who look", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const slow = await signUp(await shifted(await openBrowser(browser, "1"), -600_000), "Slow Sam");
  const fast = await signUp(await shifted(await openBrowser(browser, "2"), 600_000), "Fast Fay");
  await startGroup(ada, "Evening choir", [slow, fast]);
  const chatId = new URL(ada.page.url()).pathname.split("/")[2];
  for (const person of [slow, fast]) {
    await live(person);
    await openChat(person, "Evening choir");
  }
  const token = await tokenOf(ada);
  const set = "mutation ($input: SetTypingInput!) { setTyping(input: $input) { until } }";
  const type = (typing: boolean) => ask(ada, "sender", set, { input: { chatId, typing } }, token);
  const line = (page: Page) => page.getByRole("main").getByText("is typing…");
  // Repeated until it is seen: a signal is best effort.
  for (const person of [slow, fast]) {
    await expect(async () => {
      await type(true);
      await expect(line(person.page)).toBeVisible({ timeout: 2_000 });
    }).toPass();
  }
  await type(false);
  for (const person of [slow, fast]) await expect(line(person.page)).toHaveCount(0, { timeout: 4_000 });
});

test("B8: what was today is yesterday after midnight, in the conversation and in the list", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  await say(ada, "written today");
  await expect(message(ada, "written today")).toBeVisible();
  await expect(page.getByRole("region", { name: "Messages" }).getByText("Today", { exact: true })).toBeVisible();
  const time = page.getByRole("navigation").getByRole("link", { name: /Notes/ }).locator("time");
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  await page.clock.setFixedTime(new Date(Date.now() + 24 * 3_600_000));
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect(page.getByRole("region", { name: "Messages" }).getByText("Yesterday", { exact: true })).toBeVisible();
  await expect(time).toHaveText(/^[A-Z][a-z]{2}$/);
});
