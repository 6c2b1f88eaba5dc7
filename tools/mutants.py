#!/usr/bin/env python3
"""Breaks the library on purpose, one line at a time, and expects some test to notice.

tests/mutants.tsv holds hand-picked changes: name, file, text as it stands (found exactly once), text instead,
and the test programs (separated by |) of which one is to notice. Each is made in a copy of the tree under build/mutants,
built, and tried. A mutant that survives, does not compile or no longer applies fails the run.
`tools/mutants.py NAME…` tries only those.
"""
import csv
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREE = ROOT / "build" / "mutants" / "tree"
BUILD = ROOT / "build" / "mutants" / "build"


def run(*command, **options):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


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


def test(programs):
    pattern = "^(" + "|".join(programs) + ")$"
    return run("ctest", "--test-dir", BUILD, "-R", pattern, "-j", "2", "--no-tests=error", "--stop-on-failure",
               "--timeout", "300")


def main():
    with open(ROOT / "tests" / "mutants.tsv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if row and not row[0].startswith("#")]
    chosen = sys.argv[1:]
    rows = [row for row in rows if not chosen or row[0] in chosen]
    if not rows:
        sys.exit("mutants: none to try")
    copy_tree()
    must("cmake", "-S", TREE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DATLAS_PYTHON=OFF",
         "-DATLAS_BENCH=OFF", "-DATLAS_WERROR=OFF")
    programs = sorted({program for row in rows for program in row[4].split("|")})
    first = build(programs)
    if first.returncode:
        sys.exit(f"mutants: the unchanged tree does not build:\n{first.stdout[-3000:]}")
    unchanged = test(programs)
    if unchanged.returncode:
        sys.exit(f"mutants: the unchanged tree fails:\n{unchanged.stdout[-3000:]}")

    bad = []
    for name, file, old, new, tests in rows:
        path = TREE / file
        before = path.read_text(encoding="utf-8")
        if before.count(old) != 1:
            bad.append(f"{name}: the text is found {before.count(old)} times in {file}")
            print(bad[-1], flush=True)
            continue
        path.write_text(before.replace(old, new), encoding="utf-8")
        try:
            built = build(tests.split("|"))
            if built.returncode:
                verdict = "does not compile"
                bad.append(f"{name}: {verdict}\n{built.stdout[-800:]}")
            elif test(tests.split("|")).returncode:
                verdict = "killed"
            else:
                verdict = "SURVIVED"
                bad.append(f"{name}: survived {tests}")
        finally:
            path.write_text(before, encoding="utf-8")
        print(f"{name}: {verdict}", flush=True)
    print(f"{len(rows)} mutants, {len(rows) - len(bad)} killed")
    if bad:
        sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
