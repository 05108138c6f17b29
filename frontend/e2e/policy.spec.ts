import { message, newPerson, openBrowser, say, signUp, startDirect } from "./people";
import { expect, test } from "./test";

test("the client runs under its policy, which allows nothing inline and nothing foreign", async ({ browser }) => {
  const ben = await newPerson(browser, "2", "Ben Okafor");
  const page = await openBrowser(browser, "1");
  const stopped: string[] = [];
  page.on("console", (entry) => {
    if (/Content Security Policy/.test(entry.text())) stopped.push(entry.text());
  });
  const policy = (await page.request.get("/sign-up")).headers()["content-security-policy"] ?? "";
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types antiphon-worker",
  ]) {
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

test("N6: no string becomes markup or code, and nobody makes a policy that would let it", async ({ page }) => {
  await page.goto("/sign-in");
  const outcomes = await page.evaluate(() => {
    const attempt = (act: () => unknown) => {
      try {
        act();
        return "allowed";
      } catch (error) {
        return (error as Error).name;
      }
    };
    const factory = (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } })
      .trustedTypes;
    return [
      attempt(() => (document.createElement("div").innerHTML = "<img src=x>")),
      attempt(() => document.createRange().createContextualFragment("<img src=x>")),
      attempt(() => (document.createElement("script").src = "/assets/x.js")),
      attempt(() => factory.createPolicy("anything", { createHTML: (text: string) => text })),
      attempt(() => factory.createPolicy("default", { createHTML: (text: string) => text })),
    ];
  });
  expect(outcomes).toEqual(Array(5).fill("TypeError"));
});

test("F47: what is not there is not answered with the page", async ({ request }) => {
  for (const path of [
    "/favicon.ico",
    "/robots.txt",
    "/.well-known/security.txt",
    "/.well-known/change-password",
    "/x.php",
  ]) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
  for (const path of ["/", "/sign-in", "/chats/0190", "/manifest.webmanifest", "/icon.svg", "/index.html"]) {
    expect((await request.get(path)).status(), path).toBe(200);
  }
});
