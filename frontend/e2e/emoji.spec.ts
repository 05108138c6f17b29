import { expectAccessible, message, newPerson, picture, startGroup } from "./people";
import { expect, test } from "./test";

test("emoji are put where the caret is, with the pointer or the keyboard", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  const field = page.getByLabel("Message", { exact: true });
  await field.fill("good  morning");
  await field.press("Home");
  for (let letter = 0; letter < 5; letter += 1) await field.press("ArrowRight");
  await page.getByRole("button", { name: "Emoji" }).click();
  await expect(page.getByRole("region", { name: "Faces" })).toBeVisible();
  await picture(page, "emoji");
  await expectAccessible(page);
  // The group first, then the emoji of it.
  await page.getByRole("button", { name: "Travel and places", exact: true }).click();
  await page.getByRole("button", { name: "sun with face", exact: true }).click();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("good 🌞 morning");

  await field.press("End");
  await page.getByRole("button", { name: "Emoji" }).click();
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).toBeFocused();
  // The one that was used last comes first; below it stands the first of the faces.
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("region", { name: "Recent" }).getByRole("button")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("good 🌞 morning😃");
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.keyboard.type("no such emoji");
  await expect(page.getByRole("status").filter({ hasText: "No emoji is called that." })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Emoji" })).toBeFocused();
  await field.press("Enter");
  await expect(message(ada, "good 🌞 morning😃")).toBeVisible();
});
