import { expectAccessible, message, say, signUp, startGroup } from "./people";
import { chromium, expect, test } from "./test";

test("e2, F20, F21: over plain http copying works and says so, and notifications say what they need", async () => {
  const { port } = new URL(process.env.ANTIPHON_URL!);
  // A name that is no secure context, unlike 127.0.0.1.
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--host-resolver-rules=MAP plain.test 127.0.0.1"],
  });
  try {
    const context = await browser.newContext({ baseURL: `http://plain.test:${port}`, serviceWorkers: "block" });
    const ada = await signUp(await context.newPage(), "Ada Lovelace");
    const { page } = ada;
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await startGroup(ada, "Notes", []);
    await say(ada, "before\n```\nlet x = 1;\n```");
    const status = page.getByRole("status").filter({ hasText: "Copied" });
    const field = page.getByLabel("Message", { exact: true });
    const pasted = async () => {
      await field.fill("");
      await field.focus();
      await page.keyboard.press("Control+v");
      return field.inputValue();
    };
    await message(ada, "before").getByRole("button", { name: "Copy this code" }).click();
    await expect(status).toBeVisible();
    await expect.poll(pasted).toBe("let x = 1;");
    await field.fill("");
    await expect(status).toHaveCount(0);
    await message(ada, "before").hover();
    await message(ada, "before")
      .getByRole("button", { name: /^Actions/ })
      .click();
    await page.getByRole("menuitem", { name: "Copy text" }).click();
    await expect(status).toBeVisible();
    await expect.poll(pasted).toBe("before\n```\nlet x = 1;\n```");

    // Where the browser refuses, nothing is claimed.
    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await expect(status).toHaveCount(0);
    await message(ada, "before").getByRole("button", { name: "Copy this code" }).click();
    await expect(page.getByRole("status").filter({ hasText: "did not let us copy" })).toBeVisible();
    await expect(status).toHaveCount(0);

    await page.goto("/profile");
    await expect(page.getByText("Notifications need a secure connection")).toBeVisible();
    await expect(page.getByRole("switch", { name: "Show notifications" })).toHaveCount(0);
    await expectAccessible(page);
  } finally {
    await browser.close();
  }
});
