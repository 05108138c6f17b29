import { live, message, newPerson, openChat, say, sayMany, startGroup } from "./people";
import { everythingOnScreen } from "./screen";
import { expect, test } from "./test";

/** The receiver tells at most so many missed events; beyond that it says: read again. */
const RESUME_LIMIT = 500;

test("whoever missed more than can be told reads the chat again, and sees what a fresh load shows", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startGroup(ada, "Long absence", [ben]);
  await say(ada, "before the ocaen");
  await live(ben);
  await openChat(ben, "Long absence");
  await expect(message(ben, "before the ocaen")).toBeVisible();

  const resets: string[] = [];
  ben.page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => {
      const reset = /"reset":"(\w+)"/.exec(String(payload));
      if (reset?.[1]) resets.push(reset[1]);
    }),
  );
  let loads = 0;
  ben.page.on("load", () => (loads += 1));
  await ben.page.context().setOffline(true);
  await expect(ben.page.getByText(/^Offline\./)).toBeVisible();

  await ada.page.getByLabel("Message", { exact: true }).press("ArrowUp");
  await say(ada, "before the ocean");
  await expect(message(ada, "before the ocean")).toContainText("edited");
  const waves = Array.from({ length: RESUME_LIMIT + 20 }, (_, index) => `wave ${index + 1}`);
  await sayMany(ada, waves);
  await say(ben, "written on the way");

  await ben.page.context().setOffline(false);
  await live(ben);
  await expect.poll(() => resets).toEqual(["GAP_TOO_LARGE"]);
  await expect(message(ben, "written on the way").getByRole("img", { name: /Sent|Read/ })).toBeVisible();
  expect(await everythingOnScreen(ben.page)).toEqual(["before the ocean", ...waves, "written on the way"]);

  await say(ada, "welcome back");
  await ben.page.getByRole("region", { name: "Messages" }).evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(message(ben, "welcome back")).toBeVisible();
  await expect(ben.page.getByRole("navigation").getByRole("link", { name: "Long absence" })).toContainText(
    "welcome back",
  );
  expect(loads).toBe(0);
});
