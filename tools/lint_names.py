#!/usr/bin/env python3
"""Runs clang-tidy's naming check over every source, and so over every header it includes.

A source is read again only if it, a header of the project or the rules have changed since it was last
clean: the stamps lie in build/lint. The includes are those of all rooms: who may see whom is the compiler's
business, not this check's.
"""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAMPS = ROOT / "build" / "lint"
BUNDLE = 8
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def listed(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
                         cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in out.split("\0") if name and (ROOT / name).exists()]


def main():
    sources = listed("*.cpp", "*.c")
    headers = listed("*.hpp", "*.h")
    by_name = {}
    for header in headers:
        by_name.setdefault(header.name, []).append(header)
    text = {path: path.read_bytes() for path in sources + headers}
    rules = (ROOT / ".clang-tidy").read_bytes()

    def closure(path):
        seen, todo = set(), [path]
        while todo:
            current = todo.pop()
            for name in INCLUDE.findall(text[current].decode("utf-8", "replace")):
                for header in by_name.get(pathlib.PurePosixPath(name).name, []):
                    if header not in seen:
                        seen.add(header)
                        todo.append(header)
        return sorted(seen)

    include_dirs = {ROOT / "include", ROOT / "capi"}
    for header in headers:
        roots = [parent for parent in header.parents if parent.name == "include"]
        include_dirs.add(roots[0] if roots else header.parent)
    # A room with folders inside names its own headers from its root.
    include_dirs.update(cmake.parent for cmake in listed("*CMakeLists.txt"))
    generated = sorted(ROOT.glob("build/*/sqlcipher/include"))
    if not generated:
        sys.exit("lint: configure once first (make configure); the generated headers are needed.")
    release = ROOT / "build/release/sqlcipher/include"
    include_dirs.add(release if release in generated else generated[0])
    flags = [f"-I{path}" for path in sorted(include_dirs)]
    flags += ["-isystem", "/usr/include/postgresql", "-isystem", sysconfig.get_paths()["include"],
              "-isystem", "/usr/include/python3.11", "-DSQLITE_HAS_CODEC", "-w",
              "-ferror-limit=0"]

    # What the build defines on the command line has any value here.
    for cmake in listed("*CMakeLists.txt", "*.cmake"):
        for name in re.findall(r"\b(ATLAS_[A-Z0-9_]+)=", cmake.read_text()):
            flags.append(f'-D{name}=""')

    STAMPS.mkdir(parents=True, exist_ok=True)

    def stamp_of(source):
        digest = hashlib.sha256(rules + text[source])
        for header in closure(source):
            digest.update(text[header])
        return STAMPS / digest.hexdigest()

    def standard_of(source):
        # The compiled machines are C++17; see src/machines.
        machine = b"msm_machine.hpp" in text[source]
        return "-std=c99" if source.suffix == ".c" else "-std=c++17" if machine else "-std=c++20"

    def run_on(path, standard):
        run = subprocess.run(["clang-tidy", "--quiet", str(path), "--", standard, *flags],
                             cwd=ROOT, capture_output=True, text=True)
        output = run.stdout.splitlines()
        # GCC is the compiler: what clang 14 does not know of C++20 is passed over, a missing header is not.
        lines = [line for line in output
                 if "[readability-identifier-naming" in line and "'expr-type'" not in line
                 or "file not found" in line]
        broken = run.returncode and "[clang-diagnostic-error" not in run.stdout and "'expr-type'" not in run.stdout
        if not lines and broken:
            lines = [f"{path}: error: clang-tidy failed: {run.stderr.strip()[-300:]}"]
        return lines, {line.split(":", 1)[0] for line in output if ": error: redefinition of " in line}

    def check(bundle):
        number, standard, sources = bundle
        one = STAMPS / f"bundle_{number}{sources[0].suffix}"
        one.write_text("".join(f'#include "{source}"\n' for source in sources))
        lines, again = run_on(one, standard)
        one.unlink()
        # What two of a bundle both define is not looked into.
        for source in sources:
            if str(source) in again:
                lines += run_on(source, standard)[0]
        if not lines:
            for source in sources:
                stamp_of(source).touch()
        return lines

    # Most of the time goes into what every source includes: several are read as one.
    groups = {}
    for source in sources:
        if not stamp_of(source).exists():
            groups.setdefault((standard_of(source), source.parent), []).append(source)
    bundles = []
    for (standard, _), members in sorted(groups.items()):
        for i in range(0, len(members), BUNDLE):
            bundles.append((len(bundles), standard, members[i:i + BUNDLE]))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted({line for lines in pool.map(check, bundles) if lines for line in lines})
    for line in found:
        print(line.replace(f"{ROOT}/", ""))
    if found:
        sys.exit(f"lint: {len(found)} names")


if __name__ == "__main__":
    main()
