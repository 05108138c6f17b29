import { fullJitter, pause } from "@/api/backoff";
import type { Transport } from "./transport";

/** A transport whose code is fetched when the better ones do not get through: most readers never need it. */
export function lazyTransport(name: Transport["name"], load: () => Promise<Transport>): Transport {
  return {
    name,
    open(listener) {
      let close: (() => void) | undefined;
      let closed = false;
      const begin = async () => {
        for (let attempt = 1; !closed && !close; attempt += 1) {
          try {
            const transport = await load();
            if (!closed) close = transport.open(listener);
          } catch (error) {
            console.warn("a transport could not be fetched", error);
            listener.disconnected("interrupted");
            await pause(fullJitter(attempt) + 500);
          }
        }
      };
      void begin();
      return () => {
        closed = true;
        close?.();
      };
    },
  };
}
