import type { Batch } from "./applyBatch";

/** The ways to be told what happens, the best first. */
export type TransportName = "websocket" | "sse" | "polling";

/** Why there is no connection: this way is barred, or it is only gone for now. */
export type Loss = "unreachable" | "interrupted";

/** What a transport tells. It asks for the positions whenever it connects, so that it resumes where the reader is. */
export interface TransportListener {
  after(): string[];
  /** Connected; what was missed is on its way. */
  connected(): void;
  receive(batch: Batch): void;
  /** Everything up to now has been received. */
  caughtUp(): void;
  /** Not connected. The transport tries again by itself for as long as it is open. */
  disconnected(loss: Loss): void;
  /** No service takes these positions any more: whoever listens has to begin anew. */
  refused(): void;
}

/** One way to receive everything live. All go on from the same positions, so one can take over from another. */
export interface Transport {
  readonly name: TransportName;
  /** Delivers from the positions of now until the answer is called. */
  open(listener: TransportListener): () => void;
}
