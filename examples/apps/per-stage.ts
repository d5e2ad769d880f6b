// An app file that is a module: `npx mesos-up run per-stage.ts`, with STAGE=production for more of it.
import { defineApp } from "mesos-up";

const production = process.env["STAGE"] === "production";

export default defineApp({
  name: "per-stage",
  image: "mesos-up/nginx:local",
  instances: production ? 4 : 1,
  ports: [80],
  constraints: [["rack", "MAX_PER", 2]],
  verify: { headers: { Server: "nginx" } },
});
