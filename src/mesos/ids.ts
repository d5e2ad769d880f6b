// Identifiers: which ones Mesos takes, and the UUIDs of status updates.

const MAX_ID_BYTES = 255;

/**
 * What a master objects to in an ID that a framework chose (task, executor, framework), in its own words; undefined if
 * it takes the ID (src/common/validation.cpp: IDs become names of directories).
 */
export function idProblem(id: string): string | undefined {
  if (id === "") return "ID must not be empty";
  if (Buffer.byteLength(id) > MAX_ID_BYTES) return `ID must not be greater than ${MAX_ID_BYTES} characters`;
  if (id === "." || id === "..") return `'${id}' is disallowed`;
  if (/[/\\\u0000-\u001f\u007f]/.test(id)) return `'${id}' contains invalid characters`;
  return undefined;
}

/** The 16 bytes of a UUID in base64, as in a status update's `uuid`. */
export function uuidToBase64(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64");
}

/** Whether these are the 16 bytes of a UUID, of a version that there is: others Mesos takes for none. */
export function isUuid(base64: string): boolean {
  const bytes = Buffer.from(base64, "base64");
  const version = (bytes[6] ?? 0) >> 4;
  return bytes.length === 16 && version >= 1 && version <= 5;
}

/** The other way round: a UUID in its usual form of 36 characters. */
export function base64ToUuid(base64: string): string {
  const hex = Buffer.from(base64, "base64").toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
