import { live, message, newPerson, openChat, type Person, picture, say, startDirect } from "./people";
import { expect, test } from "./test";

async function pair(browser: Parameters<typeof newPerson>[0]): Promise<[Person, Person]> {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "Hello");
  await live(ben);
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "Hello")).toBeVisible();
  return [ada, ben];
}

test("a message of 5,000 characters goes out, and one of 5,001 cannot be sent", async ({ browser }) => {
  const [ada, ben] = await pair(browser);
  const field = ada.page.getByLabel("Message", { exact: true });
  const send = ada.page.getByRole("button", { name: "Send" });
  await field.fill("x".repeat(4_701));
  await expect(ada.page.getByText("299 characters left")).toBeVisible();

  // Characters as people count them: this one takes four bytes, or two of JavaScript's units.
  await field.fill(`one too many ${"🎂".repeat(4_988)}`);
  await expect(ada.page.getByText("1 character too many")).toBeVisible();
  await expect(send).toBeDisabled();
  await field.press("Enter");
  await expect(ada.page.getByRole("article")).toHaveCount(1);
  await picture(ada.page, "too-long");

  await field.press("Backspace");
  await expect(ada.page.getByText("0 characters left")).toBeVisible();
  await field.press("Enter");
  await expect(message(ben, "one too many")).toContainText(`one too many ${"🎂".repeat(4_987)}`);
  await expect(field).toHaveValue("");
});

test("what could not be sent says so, is sent on request, and is gone when discarded", async ({ browser }) => {
  const [ada, ben] = await pair(browser);
  await ada.page.route("**/sender/graphql", (route) => route.abort());
  for (const text of ["keep one", "keep two", "drop this"]) await say(ada, text);
  for (const text of ["keep one", "keep two", "drop this"]) {
    await expect(message(ada, text)).toContainText("Not sent yet. Trying again…", { timeout: 6_000 });
  }
  await picture(ada.page, "not-sent");

  await message(ada, "drop this").getByRole("button", { name: "Discard" }).click();
  await expect(message(ada, "drop this")).toHaveCount(0);
  await ada.page.unroute("**/sender/graphql");
  await message(ada, "keep two").getByRole("button", { name: "Try again" }).click();
  await expect(message(ada, "keep two").getByRole("img", { name: /Sent|Read/ })).toBeVisible();
  await expect(message(ben, "keep two")).toBeVisible();
  const texts = await message(ben, "keep").allInnerTexts();
  expect(texts.map((text) => /keep \w+/.exec(text)?.[0])).toEqual(["keep one", "keep two"]);

  await ada.page.reload();
  await expect(message(ada, "keep two")).toBeVisible();
  await expect(message(ada, "drop this")).toHaveCount(0);
});
