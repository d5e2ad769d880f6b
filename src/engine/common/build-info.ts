// What /version and GET_VERSION say. Dates and revisions are those of the Mesos version whose behaviour this engine has.
import { MESOS_VERSION } from "../protocol.ts";

export const BUILD_INFO = {
  build_date: "2026-11-21 00:00:00 UTC",
  build_time: 1795219200,
  build_user: "mesos-up",
  git_branch: "embedded",
  git_sha: "embedded",
  version: MESOS_VERSION,
};
