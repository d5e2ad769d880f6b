// Explaining for whoever joins while exchanges are under way: those that are open then are told of first.
import type { HttpWatcher } from "../connection.ts";

type Asked = Parameters<HttpWatcher["asked"]>[0];
type Answered = Parameters<HttpWatcher["answered"]>[0];

export interface WatchedOnDemand {
  /** For the connection; as good as idle while nobody has joined. */
  watcher: HttpWatcher;
  /** From now on it hears of everything, open exchanges first. Gives back what ends that. */
  join(watcher: HttpWatcher): () => void;
}

export function watchedOnDemand(): WatchedOnDemand {
  const open = new Map<number, { asked: Asked; answered?: Answered }>();
  const joined = new Set<HttpWatcher>();
  const all = (tell: (watcher: HttpWatcher) => void) => joined.forEach(tell);
  return {
    watcher: {
      asked(exchange) {
        open.set(exchange.id, { asked: exchange });
        all((one) => one.asked(exchange));
      },
      answered(answer) {
        const exchange = open.get(answer.id);
        if (exchange !== undefined) exchange.answered = answer;
        all((one) => one.answered(answer));
      },
      received: (part) => all((one) => one.received(part)),
      ended(end) {
        open.delete(end.id);
        all((one) => one.ended(end));
      },
    },
    join(watcher) {
      for (const { asked, answered } of open.values()) {
        watcher.asked(asked);
        if (answered !== undefined) watcher.answered(answered);
      }
      joined.add(watcher);
      return () => joined.delete(watcher);
    },
  };
}
