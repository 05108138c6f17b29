import { live, message, newPerson, openChat, say, startDirect } from "./people";
import { expect, test } from "./test";

/** The services honour a token for so long after its end, because clocks differ. */
const GRACE_MS = 60_000;

test("tokens end, and nobody who reads and writes notices", async ({ browser }) => {
  const lifetime = Number(process.env.ACCESS_TOKEN_SECONDS) * 1_000;
  test.setTimeout(lifetime + GRACE_MS + 120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "message 0");
  await live(ben);
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "message 0")).toBeVisible();

  let sockets = 0;
  let loads = 0;
  ben.page.on("websocket", () => (sockets += 1));
  for (const { page } of [ada, ben]) page.on("load", () => (loads += 1));
  await ben.page.getByTestId("connection").evaluate((line) => {
    const states: string[] = [];
    Object.assign(window, { states });
    new MutationObserver(() => states.push(line.getAttribute("data-state") ?? "")).observe(line, { attributes: true });
  });

  const texts = ["message 0"];
  const until = Date.now() + lifetime + GRACE_MS + 15_000;
  while (Date.now() < until) {
    const text = `message ${texts.length}`;
    await say(ada, text);
    texts.push(text);
    await ada.page.waitForTimeout(500);
  }
  await expect(message(ben, texts.at(-1)!)).toBeVisible();
  await expect(message(ada, texts.at(-1)!).getByRole("img", { name: /Sent|Read/ })).toBeVisible();
  // The service has closed the connection; the word for it is shown only when it lasts.
  expect(sockets).toBeGreaterThan(0);
  expect(await ben.page.evaluate(() => Reflect.get(window, "states"))).toEqual([]);
  expect(loads).toBe(0);
  await expect(ben.page.locator(`article[data-number="${texts.length}"]`)).toBeVisible();
});
