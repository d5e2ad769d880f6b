// A part as it might be, in front of one that is: it passes on what it is asked, and changes the answers.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Forged extends AsyncDisposable {
  url: string;
}

/** `change` is given the path and the JSON of each answer, and `date` is what it says the time is. */
export async function forge(
  url: string,
  { change = (_, json) => json, date }: { change?: (path: string, json: Json) => Json; date?: Date },
): Promise<Forged> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    fetch(url + path, { redirect: "manual" })
      .then(async (answer) => {
        const text = await answer.text();
        const isJson = answer.headers.get("content-type")?.includes("json") === true;
        const location = answer.headers.get("location");
        response.writeHead(answer.status, {
          "Content-Type": answer.headers.get("content-type") ?? "text/plain",
          ...(location !== null && { Location: location }),
          ...(date !== undefined && { Date: date.toUTCString() }),
        });
        response.end(isJson ? JSON.stringify(change(path, JSON.parse(text) as Json)) : text);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Json = Record<string, unknown>;
