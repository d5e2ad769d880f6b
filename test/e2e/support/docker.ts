// Whether a Docker daemon answers here. CI starts one, so there it must.
import { execaSync } from "execa";

export const dockerAnswers = !execaSync("docker", ["version"], { reject: false }).failed;

if (!dockerAnswers) {
  if (process.env["CI"]) throw new Error("CI tests with Docker, and no daemon answers.");
  console.warn("No Docker daemon answers: nothing is tested with Docker here.");
}
