import { expectAccessible, live, message, newPerson, picture, startDirect, startGroup } from "./people";
import { devices, expect, type Page, test } from "./test";
import { finger } from "./touch";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

/** A key as a browser or an input method sends it, which a driver cannot press. */
const key = (page: Page, on: string, init: object, type = "keydown") =>
  page.evaluate(
    ([selector, what, kind]) => {
      const event = new KeyboardEvent(kind, { bubbles: true, cancelable: true, ...what });
      // The constructor of some browsers leaves it away.
      if ("keyCode" in what) Object.defineProperty(event, "keyCode", { value: what.keyCode });
      (selector ? document.querySelector(selector)! : document.body).dispatchEvent(event);
    },
    [on, init, type] as const,
  );

test("B1, B2, e6: what an input method, another script or autofill sends is understood", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await startDirect(ada, ben);
  const field = page.getByLabel("Message", { exact: true });
  await field.fill("日本");
  // Safari: the composition is over, and then comes the Enter that ended it.
  await key(page, "textarea", {}, "compositionend");
  await key(page, "textarea", { key: "Enter", isComposing: false, keyCode: 229 });
  await key(page, "textarea", { key: "Enter", isComposing: true, keyCode: 229 });
  await expect(field).toHaveValue("日本");
  await key(page, "textarea", { key: "Enter", keyCode: 13 });
  await expect(field).toHaveValue("");
  await expect(message(ada, "日本")).toHaveCount(1);

  await page.goto("/");
  await live(ada);
  const search = page.getByRole("search", { name: "Search" });
  for (const letter of ["k", "K", "л", "κ", "ن", "ל", "ㅏ"]) {
    await key(page, "", { ctrlKey: true, code: "KeyK", key: letter });
    await expect(search, letter).toBeVisible();
    if (letter === "K") {
      await key(page, "[role=combobox]", { key: "Enter", keyCode: 229 });
      await expect(search).toBeVisible();
      expect(new URL(page.url()).pathname).toBe("/");
    }
    await page.keyboard.press("Escape");
    await expect(search).toHaveCount(0);
  }
  // On Dvorak the key of K writes T, and K is where V is.
  await key(page, "", { ctrlKey: true, code: "KeyK", key: "t" });
  await page.evaluate(() => document.body.dispatchEvent(new Event("keydown", { bubbles: true })));
  await expect(search).toHaveCount(0);
  await key(page, "", { ctrlKey: true, code: "KeyV", key: "k" });
  await expect(search).toBeVisible();
  expect(faults).toEqual([]);
});

test("B4: what the emoji picker put in is undone like what was typed", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const { page } = ada;
  await startGroup(ada, "Notes", []);
  const field = page.getByLabel("Message", { exact: true });
  await field.pressSequentially("hello world");
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("region", { name: "Faces" }).getByRole("button", { name: "grinning face", exact: true }).click();
  await expect(field).toBeFocused();
  await page.keyboard.type("!");
  await expect(field).toHaveValue("hello world😀!");
  await page.keyboard.press("Control+z");
  await expect(field).toHaveValue("hello world😀");
  await page.keyboard.press("Control+z");
  await expect(field).toHaveValue("hello world");
  for (let letter = 0; letter < 11; letter += 1) await page.keyboard.press("Control+z");
  await expect(field).toHaveValue("");
});

test("F4: on a phone Enter begins a line, and both kinds of device can choose", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", phone);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await startDirect(ben, ada);
  const [small, large] = [ada, ben].map(({ page }) => page.getByLabel("Message", { exact: true }));
  await small!.fill("one");
  await small!.press("Enter");
  await ada.page.keyboard.type("two");
  await expect(small!).toHaveValue("one\ntwo");
  await expect(small!).toHaveAttribute("enterkeyhint", "enter");
  await ada.page.getByRole("button", { name: "Send", exact: true }).tap();
  await expect(message(ben, "one")).toContainText("two");

  for (const { page } of [ada, ben]) {
    await page.goto("/profile");
    await page.getByRole("switch", { name: "Enter sends the message" }).click();
    await page.goBack();
  }
  await small!.fill("sent with Enter");
  await small!.press("Enter");
  await expect(message(ben, "sent with Enter")).toBeVisible();
  await large!.fill("three");
  await large!.press("Enter");
  await ben.page.keyboard.type("four");
  await large!.press("Control+Enter");
  await expect(message(ada, "three")).toContainText("four");
});

test("F17: on a phone a finger that rests opens a sheet, and one that pulls replies", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", phone);
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const { page } = ada;
  await startDirect(ben, ada);
  await ben.page.getByLabel("Message", { exact: true }).fill("Hold me, or pull me");
  await ben.page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Ben Okafor/ }).tap();
  const text = message(ada, "Hold me").getByText("Hold me");
  await finger(page, text, { rest: 700 });
  const menu = page.getByRole("menu");
  await expect(menu).toBeVisible();
  await picture(page, "phone-sheet");
  const sheet = (await menu.boundingBox())!;
  const { width, height } = page.viewportSize()!;
  expect([sheet.x, sheet.width, sheet.y + sheet.height].map(Math.round)).toEqual([0, width, height]);
  for (const item of await menu.getByRole("menuitem").all()) {
    expect((await item.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  }
  await expectAccessible(page);
  await menu.getByRole("menuitem", { name: "Reply", exact: true }).tap();
  await expect(page.getByText("Replying to Ben Okafor")).toBeVisible();
  await page.getByRole("button", { name: "Cancel reply" }).tap();

  // Too short a pull is none.
  await finger(page, text, { by: 30 });
  await expect(page.getByText("Replying to Ben Okafor")).toHaveCount(0);
  await finger(page, text, { by: 90 });
  await expect(page.getByText("Replying to Ben Okafor")).toBeVisible();
  await expect(menu).toHaveCount(0);
});
