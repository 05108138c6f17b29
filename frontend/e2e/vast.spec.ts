import { live, message, newPerson, openChat, type Person, picture, say, startGroup } from "./people";
import { rewritePast } from "./stack";
import { expect, type Page, test } from "./test";

const COUNT = 100_000;
/** How much is scrolled through: enough for memory that grows with it to show. */
const PAGES = 40;

/** A hundred thousand messages of one person, as if they had been sent one by one, an hour apart. */
function talkForYears(chatId: string): void {
  rewritePast(`
    BEGIN;
    INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
    SELECT chat_id, gen_random_uuid(), n, seq + n, sender_id, sender_username,
           'message ' || n || repeat(' and a few more words', (n % 7)::int), request_hash,
           created_at - (${COUNT} - n) * interval '1 hour'
    FROM messages, generate_series(2, ${COUNT}) AS n WHERE chat_id = '${chatId}' AND number = 1;
    UPDATE messages SET created_at = created_at - ${COUNT} * interval '1 hour' WHERE chat_id = '${chatId}' AND number = 1;
    UPDATE feeds SET message_count = ${COUNT} WHERE id = '${chatId}';
    UPDATE participants SET last_read_number = ${COUNT} WHERE chat_id = '${chatId}';
    COMMIT;
  `);
}

/** Memory in use once everything that nobody holds is thrown away, in megabytes. */
async function memory(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return usedSize / 1e6;
}

const list = (page: Page) => page.getByRole("region", { name: "Messages" });

/** The lowest and the highest number on screen. */
const numbers = (page: Page) =>
  list(page).evaluate((element) => {
    const all = [...element.querySelectorAll("article")].map((row) => Number(row.getAttribute("data-number")));
    return { lowest: Math.min(...all), highest: Math.max(...all) };
  });

/** Scrolls as a wheel does, frame by frame, until `number` has come on screen; answers how long the frames took. */
const scrollTo = (page: Page, number: number, step: number) =>
  list(page).evaluate(
    async (element, { number, step }) => {
      const frames: number[] = [];
      let before = performance.now();
      const reached = () =>
        [...element.querySelectorAll("article")].some((row) => {
          const at = Number(row.getAttribute("data-number"));
          return step < 0 ? at <= number : at >= number;
        });
      for (const until = before + 120_000; !reached(); ) {
        if (before > until) throw new Error(`${number} was not reached`);
        element.scrollBy(0, step);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = performance.now();
        frames.push(now - before);
        before = now;
      }
      frames.sort((a, b) => a - b);
      const share = (part: number) => Math.round(frames[Math.floor((frames.length - 1) * part)]!);
      return { frames: frames.length, median: share(0.5), p99: share(0.99), longest: share(1) };
    },
    { number, step },
  );

/** How long it takes from the click until the chat's last message is there, in milliseconds, in a page that has just begun. */
async function opening(person: Person, chat: string, last: string): Promise<number> {
  await person.page.reload();
  await live(person);
  const begun = Date.now();
  await openChat(person, chat);
  await expect(message(person, last).first()).toBeInViewport();
  return Date.now() - begun;
}

test("a chat with a hundred thousand messages opens at once, scrolls far, and does not fill the memory", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "Moments", []);
  await say(ada, "the only one");
  await startGroup(ada, "Epochs", []);
  await say(ada, "message 1");
  await expect(message(ada, "message 1").getByRole("img", { name: "Sent" })).toBeVisible();
  talkForYears(new URL(page.url()).pathname.split("/")[2]!);
  const short = await opening(ada, "Moments", "the only one");
  const vast = await opening(ada, "Epochs", `message ${COUNT}`);

  // The first pages warm up what is there once, such as compiled code.
  await scrollTo(page, COUNT - 500, -400);
  const early = await memory(page);
  const up = await scrollTo(page, COUNT - 500 - PAGES * 50, -400);
  const late = await memory(page);
  const far = await numbers(page);
  expect(far.lowest).toBeLessThan(COUNT - 2_400);
  await picture(page, "vast");

  // And back again: what was let go is loaded anew, in order and without a hole.
  const down = await scrollTo(page, far.highest + 1_000, 400);
  const back = await numbers(page);
  expect(back.highest).toBeGreaterThanOrEqual(far.highest + 1_000);
  await page.getByRole("button", { name: "Go to the newest message" }).click();
  await expect(message(ada, `message ${COUNT}`).first()).toBeInViewport();
  await say(ada, "and one more");
  await expect(message(ada, "and one more")).toBeInViewport();
  await expect(message(ada, "and one more").getByRole("img", { name: "Sent" })).toBeVisible();

  console.log(JSON.stringify({ opening: { short, vast }, early, late, up, down }));
  // Forty pages take more than a hundred megabytes if they stay.
  expect(late - early).toBeLessThan(40);
});
