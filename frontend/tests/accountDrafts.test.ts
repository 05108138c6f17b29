import "fake-indexeddb/auto";
import { ApolloClient, ApolloLink } from "@apollo/client";
import { from } from "rxjs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeCache } from "@/app/cache";
import { AccountDrafts } from "@/features/messages/model/accountDrafts";
import { Drafts, type ToldDraft } from "@/features/messages/model/drafts";
import { KnownDrafts } from "@/features/messages/model/knownDrafts";
import { browser } from "./browser";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The drafts of an account, and devices that hear of them as soon as the test lets them. */
class Account {
  readonly drafts = new Map<string, { content: string; updatedAt: string }>();
  readonly asked: (string | null)[] = [];
  away = false;
  #clock = 0;
  readonly #devices: ((event: ToldDraft) => void)[] = [];

  device() {
    const { store } = browser().tab();
    const drafts = new Drafts(store);
    const link = new ApolloLink((operation) => from(this.#answer(operation.operationName!, operation.variables)));
    const kept = new AccountDrafts(new ApolloClient({ cache: makeCache(), link }), store, drafts);
    const hear = (event: ToldDraft) => drafts.told.set(event);
    this.#devices.push(hear);
    return { drafts, kept, known: new KnownDrafts(store, drafts) };
  }

  async #answer(operation: string, variables: Record<string, unknown>): Promise<ApolloLink.Result> {
    if (this.away) throw new TypeError("Failed to fetch");
    if (operation === "Drafts") {
      const all = [...this.drafts].map(([chatId, draft]) => ({
        __typename: "Draft",
        chatId,
        threadRootId: null,
        ...draft,
      }));
      return { data: { drafts: all } };
    }
    const { chatId, content } = variables.input as { chatId: string; content: string | null };
    this.asked.push(content);
    this.#clock += 10;
    const at = new Date(Date.UTC(2026, 0, 1) + this.#clock).toISOString();
    if (content) this.drafts.set(chatId, { content, updatedAt: at });
    else this.drafts.delete(chatId);
    const draft = this.drafts.get(chatId) ?? null;
    const event = { __typename: "DraftChanged", at, chatId, threadRootId: null, draft } as ToldDraft;
    for (const hear of this.#devices) queueMicrotask(() => hear(event));
    return {
      data: {
        updateDraft: {
          __typename: "UpdateDraftPayload",
          cursor: "c",
          draft: draft && { __typename: "Draft", ...draft },
        },
      },
    };
  }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("what was written is kept in the account once its author pauses, and stands on the other device", async () => {
  const account = new Account();
  const [phone, desk] = [account.device(), account.device()];
  for (const text of ["h", "ha", "half", "half a thou"]) {
    phone.drafts.set("chat", text);
    await pass(300);
  }
  expect(account.asked).toEqual([]);
  await pass(2_500);
  expect(account.asked).toEqual(["half a thou"]);
  expect(desk.drafts.get("chat")).toBe("half a thou");
  expect(phone.known.unsaved()).toEqual([]);
});

test("a message that is sent before its author pauses costs the account nothing; later it is taken back", async () => {
  const account = new Account();
  const [phone, desk] = [account.device(), account.device()];
  phone.drafts.set("chat", "quick");
  await pass(400);
  phone.drafts.delete("chat");
  await pass(5_000);
  expect(account.asked).toEqual([]);
  phone.drafts.set("chat", "slowly");
  await pass(3_000);
  phone.drafts.delete("chat");
  await pass(10);
  expect(account.asked).toEqual(["slowly", null]);
  expect(desk.drafts.get("chat")).toBeUndefined();
});

test("of two texts the one stays that the account got last, and nobody's typing is overwritten meanwhile", async () => {
  const account = new Account();
  const [phone, desk] = [account.device(), account.device()];
  desk.drafts.set("chat", "from the desk");
  phone.drafts.set("chat", "from the phone");
  await pass(1_500);
  desk.drafts.set("chat", "from the desk, still typing");
  await pass(800);
  expect(account.asked).toEqual(["from the phone"]);
  expect(desk.drafts.get("chat")).toBe("from the desk, still typing");
  await pass(3_000);
  expect(phone.drafts.get("chat")).toBe("from the desk, still typing");
});

test("offline, what was written waits, and the last of it is brought", async () => {
  const account = new Account();
  const [phone, desk] = [account.device(), account.device()];
  account.away = true;
  phone.drafts.set("chat", "in a tunnel");
  await pass(3_000);
  phone.drafts.set("chat", "in a long tunnel");
  await pass(3_000);
  account.away = false;
  phone.kept.save();
  await pass(15_000);
  expect(account.asked).toEqual(["in a long tunnel"]);
  expect(desk.drafts.get("chat")).toBe("in a long tunnel");
});

test("an answer that got lost does not bring back what was sent meanwhile", async () => {
  const account = new Account();
  const phone = account.device();
  phone.drafts.set("chat", "lost");
  await pass(300);
  phone.known.note("chat", { text: "", at: 0, doubtful: true });
  account.drafts.set("chat", { content: "lost", updatedAt: "2026-01-01T00:00:00Z" });
  phone.drafts.delete("chat");
  phone.drafts.told.set({
    __typename: "DraftChanged",
    at: "2026-01-01T00:00:00Z",
    chatId: "chat",
    threadRootId: null,
    draft: { content: "lost", updatedAt: "2026-01-01T00:00:00Z" },
  } as ToldDraft);
  expect(phone.drafts.get("chat")).toBeUndefined();
  phone.kept.save();
  await pass(100);
  expect(account.drafts.size).toBe(0);
  expect(phone.drafts.get("chat")).toBeUndefined();
});

test("a device that was away reads what the account has, and what was thrown away elsewhere goes", async () => {
  const account = new Account();
  const phone = account.device();
  phone.known.accept("gone", { text: "old", at: 0 });
  account.drafts.set("chat", { content: "from elsewhere", updatedAt: "2026-01-01T00:00:00Z" });
  await phone.kept.load();
  expect(phone.drafts.get("chat")).toBe("from elsewhere");
  expect(phone.drafts.get("gone")).toBeUndefined();
});

test("whoever signs out takes nothing back from the account", async () => {
  const account = new Account();
  const phone = account.device();
  phone.drafts.set("chat", "kept");
  await pass(3_000);
  phone.drafts.close();
  phone.drafts.delete("chat");
  await pass(20_000);
  expect(account.asked).toEqual(["kept"]);
});
