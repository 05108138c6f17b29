import { expect, test } from "vitest";
import { insidePath } from "@/app/insidePath";

const ORIGIN = "https://chat.example";

test("F3: only pages of this client are gone on to after signing in", () => {
  for (const path of ["/chats/1", "/chats/1/details?x=1#here", "/profile", "/"]) {
    expect(insidePath(path, ORIGIN)).toBe(path);
  }
  const elsewhere = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
    "chats/1",
    "/sign-in?next=/",
    "/sign-up",
    "",
    7,
    undefined,
    { toString: () => "/chats" },
  ];
  for (const words of elsewhere) expect([words, insidePath(words, ORIGIN)]).toEqual([words, undefined]);
});
