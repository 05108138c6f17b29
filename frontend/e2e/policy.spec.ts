import { expect, test } from "@playwright/test";
import { message, newPerson, openBrowser, say, signUp, startDirect } from "./people";

test("the client runs under its policy, which allows nothing inline and nothing foreign", async ({ browser }) => {
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const page = await openBrowser(browser, "1");
  const stopped: string[] = [];
  page.on("console", (entry) => {
    if (/Content Security Policy/.test(entry.text())) stopped.push(entry.text());
  });
  const policy = (await page.request.get("/sign-up")).headers()["content-security-policy"] ?? "";
  for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"]) {
    expect(policy.split("; ")).toContain(rule);
  }
  expect(policy).not.toMatch(/unsafe|data:|blob:/);
  const ada = await signUp(page, "Ada Lovelace");
  await startDirect(ada, ben);
  await say(ada, "<img src=x onerror=alert(1)> <script>alert(2)</script> javascript:alert(3)");
  await expect(message(ada, "onerror")).toContainText("<script>alert(2)</script>");
  await message(ada, "onerror")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await expect(page.getByRole("menuitem", { name: "Edit" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.goto("/profile");
  await expect(page.getByRole("heading", { name: "Change password" })).toBeVisible();
  expect(stopped).toEqual([]);
});
