// The error for an instance that an app does not have.
import { MesosUpError } from "../errors.ts";

/** `id` as web.2; code INSTANCE_UNKNOWN. */
export function instanceUnknown(id: string): MesosUpError {
  return new MesosUpError(`There is no instance ${id} here.`, {
    code: "INSTANCE_UNKNOWN",
    hint: "`mesos-up ps` shows which there are.",
  });
}
