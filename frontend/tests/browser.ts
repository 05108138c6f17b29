import { Database } from "@/api/database";
import { type DeviceStorage, deviceStorage } from "@/api/deviceStorage";
import { Outbox } from "@/features/messages/model/outbox";
import type { OutboxEntry } from "@/features/messages/model/outboxEntry";
import { DeviceStore, type TabChannel, upgradeEntries } from "@/session/deviceStore";

/** Whatever is said in one tab is heard in the others. */
function hub() {
  const members = new Set<{ listener?: (event: { data: unknown }) => void }>();
  return (): TabChannel => {
    const member: { listener?: (event: { data: unknown }) => void } = {};
    members.add(member);
    return {
      postMessage: (message) => {
        const data = structuredClone(message);
        for (const other of members) if (other !== member) queueMicrotask(() => other.listener?.({ data }));
      },
      addEventListener: (_, listener) => {
        member.listener = listener;
      },
    };
  };
}

let browsers = 0;

export interface Tab {
  store: DeviceStore;
  outbox: Outbox;
  /** What this tab has asked the service for. */
  asked: string[];
}

interface TabOptions {
  userId?: string;
  storage?: DeviceStorage;
  database?: Database;
  /** What the service does with an entry. */
  answer?: (entry: OutboxEntry) => Promise<void>;
}

/** Databases and a lock that all tabs of one browser share; localStorage is that of the test. */
export function browser() {
  browsers += 1;
  const name = `antiphon ${browsers}`;
  const channel = hub();
  let queue: Promise<unknown> = Promise.resolve();
  const exclusively = (work: () => Promise<void>) => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };
  const database = () => new Database(name, 2, upgradeEntries);
  const tab = (options: TabOptions = {}): Tab => {
    const { userId = name, storage = deviceStorage, answer = async () => {} } = options;
    const store = new DeviceStore({ userId, storage, database: options.database ?? database(), channel: channel() });
    const asked: string[] = [];
    const outbox = new Outbox({
      store,
      exclusively,
      random: () => 0,
      deliver: (entry) => {
        asked.push(nameOf(entry));
        return answer(entry);
      },
    });
    return { store, outbox, asked };
  };
  return { name, tab, database };
}

function nameOf(entry: OutboxEntry): string {
  switch (entry.kind) {
    case "removal":
      return `remove ${entry.id}`;
    case "reaction":
      return `${entry.added ? "+" : "-"}${entry.variant}`;
    case "settings":
      return JSON.stringify(entry.intent);
    default:
      return entry.content;
  }
}

/** A storage that takes nothing more. */
export const FULL: DeviceStorage = { get: () => null, set: () => false, remove: () => {}, keys: () => [] };
