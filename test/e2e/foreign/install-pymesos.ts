// A Python with pymesos, in a virtual environment of its own.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

const SYSTEM_PYTHON = "python3";

/** This machine has no Python 3 that can make virtual environments. */
export class PythonMissingError extends Error {}

/**
 * Installs pymesos from PyPI into `folder`, which is made; gives back the path of the interpreter that has it.
 * @throws PythonMissingError; other errors if pip fails
 */
export async function installPymesos(folder: string): Promise<string> {
  const made = await execa(SYSTEM_PYTHON, ["-m", "venv", folder], { reject: false });
  if (made.failed) throw new PythonMissingError(made.stderr || made.shortMessage);
  const python = join(folder, "bin", "python");
  const pip = (...args: string[]) => execa(python, ["-m", "pip", "--disable-pip-version-check", "-q", ...args]);
  // What pymesos needs, without http-parser: its C part does not compile for Python 3.11 and newer. Its Python part, which
  // it falls back on, is taken out of the source archive.
  await pip("install", "--no-deps", "pymesos==0.3.15", "addict", "six", "kazoo");
  const archives = join(folder, "archives");
  await pip("download", "--no-deps", "--no-binary", "http-parser", "-d", archives, "http-parser==0.9.0");
  const [archive = ""] = await readdir(archives);
  const unpacked = join(folder, "http-parser");
  await execa(python, ["-m", "tarfile", "-e", join(archives, archive), unpacked]);
  const [source = ""] = await readdir(unpacked);
  const [packages] = (await execa(python, ["-c", "import site; print(site.getsitepackages()[0])"])).stdout.split("\n");
  await execa("cp", ["-r", join(unpacked, source, "http_parser"), packages ?? ""]);
  return python;
}
