#!/usr/bin/env python3
"""Runs clang-tidy's naming check over every source, and so over every header it includes.

A source is parsed again only if it, a header of the project or the rules have changed since it was last
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

    def check(source):
        digest = hashlib.sha256(rules + text[source])
        for header in closure(source):
            digest.update(text[header])
        stamp = STAMPS / digest.hexdigest()
        if stamp.exists():
            return None
        # The compiled machines are C++17; see src/machines.
        machine = b"msm_machine.hpp" in text[source]
        standard = "-std=c99" if source.suffix == ".c" else "-std=c++17" if machine else "-std=c++20"
        run = subprocess.run(["clang-tidy", "--quiet", str(source), "--", standard, *flags],
                             cwd=ROOT, capture_output=True, text=True)
        # GCC is the compiler: what clang 14 does not know of C++20 is passed over, a missing header is not.
        lines = [line for line in run.stdout.splitlines()
                 if "[readability-identifier-naming" in line and "'expr-type'" not in line
                 or "file not found" in line]
        if lines:
            return lines
        if run.returncode and "[clang-diagnostic-error" not in run.stdout and "'expr-type'" not in run.stdout:
            return [f"{source}: error: clang-tidy failed: {run.stderr.strip()[-300:]}"]
        stamp.touch()
        return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted({line for lines in pool.map(check, sources) if lines for line in lines})
    for line in found:
        print(line.replace(f"{ROOT}/", ""))
    if found:
        sys.exit(f"lint: {len(found)} names")


if __name__ == "__main__":
    main()
