import { expectAccessible, live, newPerson, openBrowser, PASSWORD, picture, pressUntilIn } from "./people";
import { expect, test } from "./test";

test("signing in with a wrong password says so, and with the right one works", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  await ada.page.getByRole("link", { name: "Profile" }).click();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await picture(ada.page, "sign-in");
  await expectAccessible(ada.page);

  await ada.page.getByLabel("E-mail or username").fill(ada.username);
  await ada.page.getByLabel("Password", { exact: true }).fill("not the password");
  await ada.page.getByRole("button", { name: "Sign in" }).click();
  await expect(ada.page.getByRole("alert")).toContainText("do not match");
  await ada.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await ada.page.getByRole("button", { name: "Sign in" }).click();
  await expect(ada.page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
});

test("F5, F30, F44: what sign-up does not accept is said at its field, which gets the focus, in the reader's language", async ({
  browser,
}) => {
  const page = await openBrowser(browser, "2");
  await page.goto("/sign-up");
  await page.getByLabel("Username").fill("no");
  await page.getByLabel("E-mail").fill("someone@example.org");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("At least 3 characters.")).toBeVisible();
  await expect(page.getByLabel("Username")).toBeFocused();
  await picture(page, "sign-up");
  await expectAccessible(page);

  await page.getByLabel("Username").fill("someone_else");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("At least 8 characters.", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Show password" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("type", "text");

  await page.getByLabel("Language").selectOption("Deutsch");
  await page.getByLabel("Benutzername").fill("no");
  await page.getByLabel("E-Mail").fill("someone@example.org");
  await page.getByLabel("Passwort", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  await expect(page.getByText("Mindestens 3 Zeichen.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Passwort anzeigen" })).toBeVisible();
});

test("a reload keeps the session, and signing out ends it in the other tab too", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  await ada.page.reload();
  await live(ada);
  const second = await ada.page.context().newPage();
  await second.goto("/profile");
  await expect(second.getByText(`@${ada.username}`).first()).toBeVisible();
  await second.getByRole("button", { name: "Sign out" }).first().click();
  await expect(second.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(ada.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the profile is changed, a session revoked, and the password replaced", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const elsewhere = await openBrowser(browser, "2");
  await elsewhere.goto("/sign-in");
  await elsewhere.getByLabel("E-mail or username").fill(ada.username);
  await elsewhere.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await pressUntilIn(elsewhere, "Sign in");

  const { page } = ada;
  await page.getByRole("link", { name: "Profile" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Ada King");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Ada King", { exact: true }).first()).toBeVisible();
  // F8: the form is not made anew by the new version.
  await expect(page.getByText("Saved.")).toBeVisible();
  await picture(page, "profile");
  await expectAccessible(page);

  await page.getByRole("button", { name: /^Sign out Chrome/ }).click();
  await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await page.getByLabel("Current password").fill("not the password");
  await page.getByLabel("New password").fill("another harbour lantern 8");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await expect(page.getByLabel("Current password")).toBeFocused();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
});
