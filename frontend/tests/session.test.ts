import { expect, test, vi } from "vitest";
import { deviceStorage, deviceStorageOf } from "@/api/deviceStorage";
import type { Failure } from "@/api/errors";
import { type Grant, Session } from "@/session/session";

const grant = (number: number, lifetimeMs = 600_000): Grant => ({
  accessToken: `access ${number}`,
  accessTokenExpiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
  refreshToken: `refresh ${number}`,
  deviceToken: `device ${number}`,
  userId: "ada",
});

/** A service that accepts each refresh token once, as the real one does, and a lock that all tabs share. */
function browser() {
  let valid = 1;
  let queue: Promise<unknown> = Promise.resolve();
  const refresh = vi.fn(async (token: string): Promise<Grant> => {
    await Promise.resolve();
    if (token !== `refresh ${valid}`) throw { code: "UNAUTHENTICATED", message: "used" } satisfies Failure;
    valid += 1;
    return grant(valid);
  });
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };
  const tab = (over: Partial<ConstructorParameters<typeof Session>[0]> = {}) =>
    new Session({ refresh, storage: deviceStorage, exclusively, ...over });
  return { refresh, tab };
}

test("many requests at once share one refresh", async () => {
  const { refresh, tab } = browser();
  tab().adopt(grant(1));
  const reloaded = tab();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => reloaded.accessToken()));
  expect(new Set(tokens)).toEqual(new Set(["access 2"]));
  expect(refresh).toHaveBeenCalledTimes(1);
});

test("two tabs refresh one after the other, each with the newest token, and neither is signed out", async () => {
  const { refresh, tab } = browser();
  tab().adopt(grant(1));
  const [first, second] = [tab(), tab()];
  const tokens = await Promise.all([first.accessToken(), second.accessToken()]);
  expect(tokens).toEqual(["access 2", "access 3"]);
  expect(refresh.mock.calls.map(([token]) => token)).toEqual(["refresh 1", "refresh 2"]);
  expect(first.state.get().status).toBe("signed-in");
});

test("a token is used until shortly before it ends, and then replaced", async () => {
  vi.useFakeTimers();
  const { refresh, tab } = browser();
  const session = tab();
  session.adopt(grant(1));
  vi.advanceTimersByTime(500_000);
  expect(await session.accessToken()).toBe("access 1");
  vi.advanceTimersByTime(50_000);
  expect(await session.accessToken()).toBe("access 2");
  expect(refresh).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

test("a refused token is replaced at once; a refusal of an older one changes nothing", async () => {
  const { tab } = browser();
  const session = tab();
  session.adopt(grant(1));
  session.reject("access 0");
  expect(await session.accessToken()).toBe("access 1");
  session.reject("access 1");
  expect(await session.accessToken()).toBe("access 2");
});

test("a refresh that cannot reach the service keeps the session; one that is refused ends it", async () => {
  const { tab } = browser();
  tab().adopt(grant(1));
  let code: Failure["code"] = "NETWORK";
  const session = tab({
    refresh: async () => {
      throw { code, message: "" } satisfies Failure;
    },
  });
  await expect(session.accessToken()).rejects.toMatchObject({ code: "NETWORK" });
  expect(session.state.get().status).toBe("signed-in");
  code = "UNAUTHENTICATED";
  await expect(session.accessToken()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(session.state.get().status).toBe("signed-out");
  expect(localStorage.getItem("antiphon.session")).toBeNull();
});

test("signing out in one tab signs out the other", () => {
  const { tab } = browser();
  const [first, second] = [tab(), tab()];
  first.adopt(grant(1));
  second.onStorage("antiphon.session");
  expect(second.state.get()).toEqual({ status: "signed-in", userId: "ada" });
  first.end();
  second.onStorage("antiphon.session");
  expect(second.state.get().status).toBe("signed-out");
});

test("B14: two tabs that use one token at once, without a lock, both go on with the newest", async () => {
  const { refresh, tab } = browser();
  tab().adopt(grant(1));
  const unlocked = { exclusively: <T>(work: () => Promise<T>) => work() };
  const [first, second] = [tab(unlocked), tab(unlocked)];
  const tokens = await Promise.all([first.accessToken(), second.accessToken()]);
  expect(tokens).toEqual(["access 2", "access 3"]);
  expect(refresh.mock.calls.map(([token]) => token)).toEqual(["refresh 1", "refresh 1", "refresh 2"]);
  expect([first, second].map(({ state }) => state.get().status)).toEqual(["signed-in", "signed-in"]);
});

test("B12: where nothing can be stored, signing in works for this tab, and says so", async () => {
  const { tab } = browser();
  const storage = deviceStorageOf(() => {
    throw new DOMException("forbidden", "SecurityError");
  });
  const session = tab({ storage });
  session.adopt(grant(1, 0));
  expect(session.state.get()).toEqual({ status: "signed-in", userId: "ada" });
  expect(session.stored.get()).toBe(false);
  vi.useFakeTimers({ now: Date.now() + 60_000 });
  expect(await session.accessToken()).toBe("access 2");
  session.onStorage(null);
  expect(session.state.get().status).toBe("signed-in");
  session.end();
  expect(await session.accessToken()).toBeUndefined();
  vi.useRealTimers();
});

test("B12: a used token does not stay behind where the next one finds no room", () => {
  const { tab } = browser();
  const there = new Map([["antiphon.session", "old"]]);
  const storage = {
    get: (key: string) => there.get(key) ?? null,
    set: () => false,
    remove: (key: string) => void there.delete(key),
    keys: () => [],
  };
  tab({ storage }).adopt(grant(1));
  expect([...there]).toEqual([]);
});

test("S9: an answer that was lost is asked for with the same id, after a reload and by another tab, too; the next has its own", async () => {
  const { tab } = browser();
  const asked: { token: string; id: string }[] = [];
  let reached = false;
  const refresh = async (token: string, id: string): Promise<Grant> => {
    asked.push({ token, id });
    if (!reached) throw { code: "NETWORK", message: "" } satisfies Failure;
    return grant(Number(token.split(" ")[1]) + 1, 0);
  };
  tab().adopt(grant(1));
  await expect(tab({ refresh }).accessToken()).rejects.toMatchObject({ code: "NETWORK" });
  const lengthBefore = localStorage.getItem("antiphon.session")?.length;
  reached = true;
  const reloaded = tab({ refresh });
  expect(await reloaded.accessToken()).toBe("access 2");
  expect(localStorage.getItem("antiphon.session")).toHaveLength(lengthBefore ?? 0);
  reloaded.reject("access 2");
  await reloaded.accessToken();
  expect(asked.map(({ token }) => token)).toEqual(["refresh 1", "refresh 1", "refresh 2"]);
  const [first, repeated, next] = asked.map(({ id }) => id);
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(repeated).toBe(first);
  expect(next).not.toBe(first);
  expect(next).toMatch(/^[0-9a-f-]{36}$/);
});

test("B14, S9: tabs that use one token at once, without a lock, send one id, which nobody makes from the token alone", async () => {
  const { tab } = browser();
  const ids: string[] = [];
  const refresh = async (_: string, id: string): Promise<Grant> => {
    ids.push(id);
    return grant(2);
  };
  const unlocked = { refresh, exclusively: <T>(work: () => Promise<T>) => work() };
  tab().adopt(grant(1));
  await Promise.all([tab(unlocked).accessToken(), tab(unlocked).accessToken()]);
  tab().end();
  tab().adopt(grant(1));
  await tab(unlocked).accessToken();
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test("S9: a session that was kept before there were request ids goes on, with one id for each token", async () => {
  const { tab } = browser();
  localStorage.setItem("antiphon.session", JSON.stringify({ refreshToken: "refresh 1", userId: "ada" }));
  const ids: string[] = [];
  const refresh = async (_: string, id: string): Promise<Grant> => {
    ids.push(id);
    throw { code: "NETWORK", message: "" } satisfies Failure;
  };
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await expect(tab({ refresh }).accessToken()).rejects.toMatchObject({ code: "NETWORK" });
  }
  expect(ids[1]).toBe(ids[0]);
});

test("S4: what says that this device has signed in before is renewed, and survives signing out", async () => {
  const { tab } = browser();
  const session = tab();
  session.adopt(grant(1));
  expect(session.devices.all()).toEqual(["device 1"]);
  await tab().accessToken();
  session.end();
  expect(tab().devices.all()).toEqual(["device 2"]);
});

test("S4: a device knows ten accounts, those used last", () => {
  const { tab } = browser();
  for (let number = 1; number <= 12; number += 1) tab().adopt({ ...grant(number), userId: `user ${number}` });
  tab().adopt({ ...grant(5), userId: "user 5", deviceToken: "another" });
  expect(tab().devices.all()).toEqual([
    "another",
    ...[12, 11, 10, 9, 8, 7, 6, 4, 3].map((number) => `device ${number}`),
  ]);
  deviceStorage.set("antiphon.devices", '[["junk"],7,{"a":1}]');
  expect(tab().devices.all()).toEqual([]);
});
