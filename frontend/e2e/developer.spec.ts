import { live, newPerson, openBrowser, picture, say, signUp, startDirect } from "./people";
import { expect, test } from "./test";

test("the developer panel pins an instance, tells who answered, and drops the connection", async ({ browser }) => {
  for (const instance of ["1", "2"] as const) {
    const page = await openBrowser(browser, instance);
    await page.goto("/sign-in?dev");
    const ada = await signUp(page, "Ada Lovelace");
    await live(ada);
    await page.getByText("Developer panel").click();
    const panel = page.getByRole("group").filter({ hasText: "Feed positions" });
    await expect(page.getByRole("button", { name: instance, exact: true })).toHaveAttribute("aria-pressed", "true");
    for (const service of ["users", "receiver"]) {
      await expect(panel.getByText(service, { exact: true }).locator("+ dd")).toHaveText(new RegExp(`${instance}$`));
    }
    await expect(panel.getByText("live, websocket")).toBeVisible();
    await picture(page, `developer-${instance}`);
    await page.getByRole("button", { name: "Drop the connection" }).click();
    await live(ada);
  }
});

test("the developer panel compares what this tab applied with the server", async ({ browser }) => {
  const page = await openBrowser(browser, "1");
  await page.goto("/sign-in?dev");
  const ada = await signUp(page, "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ben, ada);
  await live(ada);
  for (const text of ["one", "two", "three"]) await say(ben, text);
  await page.getByText("Developer panel").click();
  await expect(async () => {
    await page.getByRole("button", { name: "Compare with the server" }).click();
    await expect(page.getByText(/in sync, [3-9] events/)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByText(/different from event/)).toHaveCount(0);
  await picture(page, "developer-in-sync");
});

test("there is no developer panel in a build that was not asked for it", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await expect(ada.page.getByText("Developer panel")).toHaveCount(0);
});
