#!/usr/bin/env python3
"""exports.py ROOT: the reviewed list of exports, the header, the export map and the test of NULLs are of one mind;
each function says whose threads may call it and since when it is there."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
reviewed = (root / "capi/atlas.symbols").read_text().split()
header = (root / "capi/atlas.h").read_text()
mapped = re.findall(r"^    (atlas_\w+);$", (root / "capi/atlas.map").read_text(), re.M)
called = set(re.findall(r"\b(atlas_\w+)\(", (root / "tests/capi/exports.c").read_text()))
declared = re.findall(r"/\*((?:[^*]|\*(?!/))*)\*/\s*ATLAS_API [^;(]*?(atlas_\w+)\(", header)

wrong = []
if len(reviewed) < 50 or reviewed != sorted(reviewed):
    wrong.append("capi/atlas.symbols is not a sorted list of exports")
if sorted(mapped) != reviewed:
    wrong.append(f"capi/atlas.map differs: {set(mapped) ^ set(reviewed)}")
if sorted(name for _, name in declared) != reviewed or len(declared) != header.count("\nATLAS_API "):
    wrong.append(f"atlas.h differs, or a function has no comment: {set(reviewed) ^ {name for _, name in declared}}")
for comment, name in declared:
    words = " ".join(comment.replace("*", " ").split())
    if not re.search(r"Thread-safe|One thread at a time per (options|session)", words):
        wrong.append(f"{name} says nothing of threads")
    if "Since 0.1" not in words:
        wrong.append(f"{name} does not say since when")
wrong += [f"never called with NULLs: {name}" for name in reviewed if name not in called]
print("\n".join(wrong) or f"{len(reviewed)} exports")
sys.exit(bool(wrong))
