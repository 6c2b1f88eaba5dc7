#!/usr/bin/env python3
"""Breaks the library on purpose, one line at a time, and expects some test to notice.

tests/mutants.tsv holds hand-picked changes: name, file, text as it stands (found exactly once), text instead,
and the tests (separated by |) of which one is to notice. Each is made in a copy of the tree under build/mutants; only
its tests are built, without optimisation, and run until the first failure, beside no PostgreSQL. A mutant that
survives, does not compile or no longer applies fails the run; that it still applies is asked of all beforehand.
`tools/mutants.py NAME…` tries only those.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREE = ROOT / "build" / "mutants" / "tree"
BUILD = ROOT / "build" / "mutants" / "build"
TIMEOUT = 900  # seconds a test may take, without optimisation


def run(*command, **options):
    return subprocess.run(command, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def must(*command, **options):
    result = run(*command, **options)
    if result.returncode:
        sys.exit(f"mutants: {' '.join(map(str, command))} failed:\n{result.stdout[-3000:]}")


def copy_tree():
    TREE.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, capture_output=True).stdout.decode().split("\0")
    wanted = {name for name in names if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode)
    for path in TREE.rglob("*"):
        if path.is_file() and str(path.relative_to(TREE)) not in wanted:
            path.unlink()


def build(programs):
    return run("cmake", "--build", BUILD, "-j", str(os.cpu_count()), "--target", *programs)


def commands():
    """The command of each test, as ctest would run it."""
    shown = run("ctest", "--test-dir", BUILD, "--show-only=json-v1").stdout
    return {test["name"]: test["command"] for test in json.loads(shown[shown.index("{"):])["tests"]
            if "command" in test}


def test(command):
    # A Catch program stops at its first failure; who hangs has noticed as well.
    stop = ["--abort"] if pathlib.Path(command[0]).name.startswith("test_") else []
    try:
        return run(*command, *stop, cwd=BUILD, timeout=TIMEOUT)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, 1, str(late))


def applies(row):
    name, file, old, _, _ = row
    path = TREE / file
    found = path.read_text(encoding="utf-8").count(old) if path.is_file() else None
    if found == 1:
        return None
    return f"{name}: " + (f"there is no {file}" if found is None else f"the text is found {found} times in {file}")


def verdict_of(row, known):
    _, file, old, new, tests = row
    path = TREE / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        for name in tests.split("|"):
            built = build([name])
            if built.returncode:
                return "DOES NOT COMPILE\n" + built.stdout[-800:]
            if test(known[name]).returncode:
                return "killed"
        return "SURVIVED"
    finally:
        path.write_text(before, encoding="utf-8")


def main():
    with open(ROOT / "tests" / "mutants.tsv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if row and not row[0].startswith("#")]
    chosen = sys.argv[1:]
    rows = [row for row in rows if not chosen or row[0] in chosen]
    if not rows:
        sys.exit("mutants: none to try")
    copy_tree()
    bad = [problem for problem in map(applies, rows) if problem]
    if bad:
        sys.exit("mutants:\n" + "\n".join(bad))
    must("cmake", "-S", TREE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DATLAS_PYTHON=OFF",
         "-DATLAS_BENCH=OFF", "-DATLAS_CLI=OFF", "-DATLAS_POSTGRES=OFF", "-DATLAS_WERROR=OFF")
    programs = sorted({program for row in rows for program in row[4].split("|")})
    first = build(programs)
    if first.returncode:
        sys.exit(f"mutants: the unchanged tree does not build:\n{first.stdout[-3000:]}")
    known = commands()
    for program in programs:
        unchanged = test(known[program])
        if unchanged.returncode:
            sys.exit(f"mutants: the unchanged tree fails {program}:\n{unchanged.stdout[-3000:]}")

    for row in rows:
        verdict = verdict_of(row, known)
        if verdict != "killed":
            bad.append(f"{row[0]}: {verdict} ({row[4]})")
        print(f"{row[0]}: {verdict}", flush=True)
    print(f"{len(rows)} mutants, {len(rows) - len(bad)} killed")
    if bad:
        sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
