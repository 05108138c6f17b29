import { expect, test } from "@playwright/test";
import { message, newPerson, openBrowser, say, signUp, startDirect } from "./people";

test("the client runs under a policy stricter than the one it is served with", async ({ browser }) => {
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const page = await openBrowser(browser, "1");
  const stopped: string[] = [];
  page.on("console", (entry) => {
    if (/Content Security Policy/.test(entry.text())) stopped.push(entry.text());
  });
  await page.route(
    (url) => !url.pathname.includes("graphql") && !url.pathname.includes("/assets/"),
    async (route) => {
      const response = await route.fetch();
      const policy = response.headers()["content-security-policy"] ?? "";
      expect(policy).toContain("script-src 'self'");
      const strict = policy.replace(/style-src [^;]*/, "style-src 'self'").replace(/img-src [^;]*/, "img-src 'self'");
      await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": strict } });
    },
  );
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
