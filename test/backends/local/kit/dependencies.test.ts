import { describe, expect, it } from "vitest";
import {
  chooseJava,
  closureOf,
  parseDependencies,
  parseListedFiles,
} from "../../../../src/backends/local/kit/dependencies.ts";

const depends = `nginx
  Depends: libc6
 |Depends: libssl3
  Depends: libssl4
  PreDepends: nginx-common
  Depends: <httpd-cgi>
    spawn-fcgi
  Depends: libc6:i386
libc6
  Depends: libgcc-s1
libssl3
nginx-common
 |Depends: debconf
  Depends: <debconf-2.0>
    debconf
libgcc-s1
libc6:i386
  Depends: libgcc-s1:i386
<httpd-cgi>
debconf
`;

describe("apt-cache depends", () => {
  it("is read with alternatives and pre-dependencies, without virtual packages, their providers, and other architectures", () => {
    const graph = parseDependencies(depends);
    expect(graph.get("nginx")).toEqual(["libc6", "libssl3", "libssl4", "nginx-common"]);
    expect(graph.get("nginx-common")).toEqual(["debconf"]);
    expect([...graph.keys()]).toEqual(["nginx", "libc6", "libssl3", "nginx-common", "libgcc-s1", "debconf"]);
  });

  it("gives the packages that a kit takes: what was asked for and what may follow, as far as it exists", () => {
    const closure = closureOf(parseDependencies(depends), ["nginx"], /^(lib|nginx-)/);
    expect(closure).toEqual(["nginx", "libc6", "libssl3", "nginx-common", "libgcc-s1"]);
  });

  it("may go in circles", () => {
    const graph = parseDependencies("libc6\n  Depends: libgcc-s1\nlibgcc-s1\n  Depends: libc6\n");
    expect(closureOf(graph, ["libc6"], /^lib/)).toEqual(["libc6", "libgcc-s1"]);
  });
});

describe("apt-get download --print-uris", () => {
  it.each([
    ["SHA256", "sha256", "a".repeat(64)],
    ["SHA512", "sha512", "b".repeat(128)],
  ])("is read with sizes, hashes (%s) and versions that have an epoch", (name, algorithm, hex) => {
    const line = `'http://example.org/pool/z.deb' zlib1g_1%3a1.2.13+dfsg-1_amd64.deb 86684 ${name}:${hex}`;
    expect(parseListedFiles(`W: words\n${line}\n`)).toEqual([
      {
        package: "zlib1g",
        version: "1:1.2.13+dfsg-1",
        file: "zlib1g_1%3a1.2.13+dfsg-1_amd64.deb",
        bytes: 86684,
        hash: { algorithm, hex },
      },
    ]);
  });

  it("gives nothing for a file whose hash proves nothing: what cannot be checked is not fetched", () => {
    expect(parseListedFiles("'http://example.org/a.deb' a_1_all.deb 5 MD5Sum:0123")).toEqual([]);
  });
});

describe("the choice of a Java", () => {
  const names = (...versions: number[]) => versions.map((version) => `openjdk-${version}-jre-headless`);

  it.each([
    [names(17), "openjdk-17-jre-headless"],
    [names(8, 11, 17, 21, 25), "openjdk-21-jre-headless"],
    [names(8, 11), "openjdk-11-jre-headless"],
    [names(27, 25), "openjdk-25-jre-headless"],
    [names(8), undefined],
    [["openjdk-21-jdk", "openjdk-21-jre"], undefined],
  ])("from %j is %s", (offered, chosen) => expect(chooseJava(offered)).toBe(chosen));
});
