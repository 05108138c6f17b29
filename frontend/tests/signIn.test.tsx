import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { SignInPage } from "@/features/account/components/SignInPage";
import { around, show } from "./page";

afterEach(cleanup);

const payload = {
  __typename: "SignInPayload",
  accessToken: "access",
  accessTokenExpiresAt: "2026-01-01T12:10:00Z",
  refreshToken: "refresh",
  deviceToken: "device",
  account: {
    __typename: "Account",
    email: "ada@example.org",
    version: 1,
    user: {
      __typename: "User",
      id: "ada",
      username: "ada",
      displayName: "Ada",
      about: "",
      createdAt: "2026-01-01T12:00:00Z",
    },
  },
};
const refused = (code: string, extensions = {}) => ({
  data: null,
  errors: [{ message: code, extensions: { code, ...extensions } }],
});

async function form(answer: () => object) {
  const it = around(answer as never);
  const session = { devices: { all: () => ["device of before"] } };
  const signIn = vi.fn();
  Object.assign(it.services, { session, signIn });
  await show(<SignInPage />, it, "/sign-in");
  const password = screen.getByLabelText<HTMLInputElement>("Password");
  fireEvent.change(screen.getByLabelText("E-mail or username"), { target: { value: "ada" } });
  fireEvent.change(password, { target: { value: "correct horse" } });
  const submit = () => act(async () => void fireEvent.submit(password.form!));
  return { ...it, signIn, password, submit };
}

test("signing in sends what was typed, and the tokens of the accounts that this device knows", async () => {
  const { submit, asked, signIn } = await form(() => ({ data: { login: payload } }));
  await submit();
  expect(asked).toMatchObject([
    {
      operation: "Login",
      variables: { input: { login: "ada", password: "correct horse", deviceTokens: ["device of before"] } },
    },
  ]);
  expect(signIn).toHaveBeenCalledWith(expect.objectContaining({ refreshToken: "refresh", account: payload.account }));
});

test("a wrong password is said in a sentence of its own, and the field for it gets the focus", async () => {
  const { submit, signIn, password } = await form(() => refused("UNAUTHENTICATED"));
  await submit();
  expect(screen.getByText(/do not match/)).toBeTruthy();
  expect(document.activeElement).toBe(password);
  expect(signIn).not.toHaveBeenCalled();
});

test("too many attempts say when to try again", async () => {
  const { submit } = await form(() => refused("RATE_LIMITED", { retryAfterMs: 30_000 }));
  await submit();
  expect(screen.getByText("Too many attempts. Try again in 30 seconds.")).toBeTruthy();
});
