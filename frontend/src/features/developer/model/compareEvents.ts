import type { AppliedEvent } from "@/live/applyBatch";

/** As the server computes it: `EventDigest` in its schema. */
export interface Digest {
  eventCount: number;
  sha256: string;
}

/** The server's digest of a range. */
export type ServerDigest = (fromSeq: number, toSeq: number) => Promise<Digest>;

/** How the events of a feed here compare with those of the server. */
export type Comparison = { result: "in-sync"; count: number } | { result: "different"; seq: number };

const SEQ_BYTES = 8;
const ID_BYTES = 16;

/** The SHA-256 of the position and the id of each event, in their order. */
export async function digestOf(events: readonly AppliedEvent[]): Promise<Digest> {
  const bytes = new Uint8Array(events.length * (SEQ_BYTES + ID_BYTES));
  const view = new DataView(bytes.buffer);
  events.forEach(({ seq, id }, index) => {
    const start = index * (SEQ_BYTES + ID_BYTES);
    view.setBigUint64(start, BigInt(seq));
    const digits = id.replaceAll("-", "");
    for (let byte = 0; byte < ID_BYTES; byte += 1) {
      bytes[start + SEQ_BYTES + byte] = Number.parseInt(digits.slice(2 * byte, 2 * byte + 2), 16);
    }
  });
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { eventCount: events.length, sha256 };
}

/** Whether the events, one at least, are the server's; if not, which is the first that is not. It asks about ever smaller halves. */
export async function compareEvents(events: readonly AppliedEvent[], server: ServerDigest): Promise<Comparison> {
  const isSame = async (part: readonly AppliedEvent[]) => {
    const [here, there] = await Promise.all([digestOf(part), server(part[0]!.seq, part.at(-1)!.seq)]);
    return here.sha256 === there.sha256;
  };
  if (await isSame(events)) return { result: "in-sync", count: events.length };
  let rest = events;
  while (rest.length > 1) {
    const half = rest.slice(0, rest.length >> 1);
    rest = (await isSame(half)) ? rest.slice(half.length) : half;
  }
  return { result: "different", seq: rest[0]!.seq };
}
