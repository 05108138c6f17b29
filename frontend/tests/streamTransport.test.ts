import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { Kind, parse, visit } from "graphql";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deviceStorage } from "@/api/deviceStorage";
import { streamTransport } from "@/live/streamTransport";
import { Session } from "@/session/session";

/** One request as the network sees it, which a test answers by hand. */
interface Asked {
  authorization: string | undefined;
  after: string[];
  query: string;
  /** When it came, in milliseconds since the test began. */
  at: number;
  refuse(status: number, headers?: Record<string, string>, body?: object): void;
  begin(): void;
  write(text: string): void;
  end(): void;
  aborted(): boolean;
}

let asked: Asked[];
let began: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => {});
  asked = [];
  began = Date.now();
  vi.stubGlobal("fetch", (_: string, { headers, body, signal }: RequestInit) => {
    const { authorization, accept } = headers as Record<string, string>;
    expect(accept).toBe("text/event-stream");
    return new Promise<Response>((resolve, reject) => {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
      const stream = new ReadableStream<Uint8Array>({
        start: (it) => {
          controller = it;
        },
      });
      signal!.addEventListener("abort", () => {
        const error = new DOMException("aborted", "AbortError");
        reject(error);
        controller?.error(error);
      });
      asked.push({
        authorization,
        after: JSON.parse(body as string).variables.after,
        query: JSON.parse(body as string).query,
        at: Date.now() - began,
        refuse: (status, headers, body) => resolve(new Response(body && JSON.stringify(body), { status, headers })),
        begin: () => resolve(new Response(stream, { headers: { "content-type": "text/event-stream" } })),
        write: (text) => controller!.enqueue(new TextEncoder().encode(text)),
        end: () => controller!.close(),
        aborted: () => signal!.aborted,
      });
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const batch = (cursor: string, caughtUp = false) => ({ feedId: "ada", cursor, caughtUp, events: [] });
const next = (cursor: string, caughtUp = false, errors?: object[]) =>
  `event: next\ndata: ${JSON.stringify({ data: { inbox: batch(cursor, caughtUp) }, errors })}\n\n`;

/** Somebody who listens, at a position that moves with what is received. */
async function listen() {
  const session = new Session({
    refresh: async () => grant(2),
    storage: deviceStorage,
    exclusively: (work) => work(),
  });
  session.adopt(grant(1));
  let position = "start";
  const heard: string[] = [];
  const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.empty() });
  const close = streamTransport({ client, tokens: session, me: "ada" }).open({
    after: () => [position],
    connected: () => heard.push("connected"),
    receive: ({ cursor }) => {
      position = cursor;
      heard.push(cursor);
    },
    caughtUp: () => heard.push("caught up"),
    disconnected: (loss) => heard.push(loss),
    refused: () => heard.push("refused"),
  });
  await vi.advanceTimersByTimeAsync(10);
  return { heard, close };
}

function grant(number: number) {
  const accessTokenExpiresAt = new Date(Date.now() + 600_000).toISOString();
  return {
    accessToken: `access ${number}`,
    accessTokenExpiresAt,
    refreshToken: `refresh ${number}`,
    deviceToken: "device",
    userId: "ada",
  };
}

test("it is connected with the first sign of life and not before, and tells what comes", async () => {
  const { heard, close } = await listen();
  expect(asked[0]).toMatchObject({ authorization: "Bearer access 1", after: ["start"] });
  asked[0]!.begin();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(heard).toEqual([]);
  asked[0]!.write(":\n\n");
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(["connected"]);
  asked[0]!.write(next("one") + next("two", true));
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(["connected", "one", "two", "caught up"]);
  close();
});

test("it asks for the type of everything, without which nothing finds its place in the cache", async () => {
  const { close } = await listen();
  const nameless: string[] = [];
  visit(parse(asked[0]!.query), {
    SelectionSet(set, _, parent) {
      const named = set.selections.some((it) => it.kind === Kind.FIELD && it.name.value === "__typename");
      const root = parent && "kind" in parent && parent.kind === Kind.OPERATION_DEFINITION;
      const inline = parent && "kind" in parent && parent.kind === Kind.INLINE_FRAGMENT;
      if (!named && !root && !inline) nameless.push(JSON.stringify(parent).slice(0, 80));
    },
  });
  expect(nameless).toEqual([]);
  close();
});

test("a stream that ends without completing is taken up again at once, from where it was", async () => {
  const { heard, close } = await listen();
  asked[0]!.begin();
  asked[0]!.write(`:\n\n${next("one")}`);
  asked[0]!.end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(heard).toEqual(["connected", "one", "interrupted"]);
  expect(asked).toHaveLength(2);
  expect(asked[1]!.after).toEqual(["one"]);
  close();
});

test("streams that end before they tell anything are asked for less and less often", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.99);
  const { close } = await listen();
  for (let ended = 0; Date.now() < began + 30_000; ) {
    for (; ended < asked.length; ended += 1) {
      asked[ended]!.begin();
      asked[ended]!.write(":\n\n");
      asked[ended]!.end();
    }
    await vi.advanceTimersByTimeAsync(10);
  }
  const pauses = asked.slice(1).map(({ at }, index) => at - asked[index]!.at);
  expect(pauses).toHaveLength(5);
  for (let index = 1; index < pauses.length; index += 1)
    expect(pauses[index]).toBeGreaterThan(1.8 * pauses[index - 1]!);
  close();
});

test("a completed stream is begun again as well, but not in a hurry", async () => {
  const { heard, close } = await listen();
  asked[0]!.begin();
  asked[0]!.write(`${next("one")}event: complete\ndata:\n\n`);
  await vi.advanceTimersByTimeAsync(400);
  expect(heard).toEqual(["connected", "one", "interrupted"]);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(asked[1]!.after).toEqual(["one"]);
  close();
});

test("a refused token leads to a new one, and bars nothing", async () => {
  const { heard, close } = await listen();
  asked[0]!.refuse(401, {}, { errors: [{ message: "", extensions: { code: "UNAUTHENTICATED" } }] });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(heard).toEqual(["interrupted"]);
  expect(asked.map(({ authorization }) => authorization)).toEqual(["Bearer access 1", "Bearer access 2"]);
  close();
});

test("a service that is full is left alone for as long as it says", async () => {
  const { heard, close } = await listen();
  asked[0]!.refuse(503, { "retry-after": "7" });
  await vi.advanceTimersByTimeAsync(6_900);
  expect(heard).toEqual(["unreachable"]);
  expect(asked).toHaveLength(1);
  // Not even when the network returns meanwhile.
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(50);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  close();
});

test("whatever answers with something else than a stream bars this way", async () => {
  const { heard, close } = await listen();
  for (const [status, headers] of [[502], [403], [200, { "content-type": "text/html" }], [400]] as const) {
    asked.at(-1)!.refuse(status, headers, {});
    await vi.advanceTimersByTimeAsync(16_000);
  }
  expect(heard).toEqual(Array(4).fill("unreachable"));
  expect(asked).toHaveLength(5);
  close();
});

test("positions that no service takes are refused, before the stream or in it", async () => {
  const errors = [{ message: "", extensions: { code: "BAD_USER_INPUT" } }];
  const before = await listen();
  asked[0]!.refuse(400, {}, { errors });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(before.heard).toEqual(["refused"]);
  const within = await listen();
  asked[1]!.begin();
  asked[1]!.write(`event: next\ndata: ${JSON.stringify({ data: null, errors })}\n\nevent: complete\ndata:\n\n`);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(within.heard).toEqual(["connected", "refused"]);
  expect(asked).toHaveLength(2);
});

test("an answer with an error in it moves no position", async () => {
  const { heard, close } = await listen();
  asked[0]!.begin();
  asked[0]!.write(next("one") + next("two", true, [{ message: "", extensions: { code: "INTERNAL" } }]));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual(["connected", "one", "interrupted"]);
  expect(asked[1]!.after).toEqual(["one"]);
  close();
});

test("a silent stream is dead, and comments keep it alive", async () => {
  const { heard, close } = await listen();
  asked[0]!.begin();
  for (let number = 0; number < 6; number += 1) {
    asked[0]!.write(":\n\n");
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(heard).toEqual(["connected"]);
  await vi.advanceTimersByTimeAsync(14_900);
  expect(heard).toEqual(["connected"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(heard).toEqual(["connected", "interrupted"]);
  expect(asked[0]!.aborted()).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(2);
  close();
});

test("whoever closes it hears nothing more, not even of what has arrived already", async () => {
  const { heard, close } = await listen();
  asked[0]!.begin();
  asked[0]!.write(":\n\n");
  await vi.advanceTimersByTimeAsync(0);
  asked[0]!.write(next("one") + next("two"));
  close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toEqual(["connected"]);
  expect(asked).toHaveLength(1);
  expect(asked[0]!.aborted()).toBe(true);
});

test("a browser keeps connections for requests: further tabs leave streams to the others, until one closes", async () => {
  const held = new Set<string>();
  const locks = {
    async request(name: string, _: LockOptions, work: (lock: object | null) => Promise<unknown>) {
      if (held.has(name)) return work(null);
      held.add(name);
      return work({ name }).finally(() => held.delete(name));
    },
  };
  vi.stubGlobal("navigator", Object.create(navigator, { locks: { value: locks } }));
  const tabs = [await listen(), await listen(), await listen()];
  expect(asked).toHaveLength(3);
  const fourth = await listen();
  expect(asked).toHaveLength(3);
  expect(fourth.heard).toEqual(["unreachable"]);
  tabs[1]!.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toHaveLength(4);
  for (const { close } of [...tabs, fourth]) close();
});
