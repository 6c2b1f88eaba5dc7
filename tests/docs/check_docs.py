#!/usr/bin/env python3
"""What the pages show and where they point to is there.

- A block of C++, C, Python or shell in the README or the guide stands behind `<!-- FILE NAME -->` and is, word for word, the
  part of FILE between the marks `[NAME]` and `[/NAME]`; FILE is an example that the tests run.
- A relative link leads to a file, and its #part to a heading of it.
- No page names a place on somebody's machine.

With `--write` after the folder the blocks are first made to be what the examples say.
"""
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(sys.argv[1])
SHOWN = {"cpp", "c", "python", "sh"}
FENCE = re.compile(r"^```(\w*)\s*$")
SOURCE = re.compile(r"^<!-- (\S+) (\S+) -->$")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PLACE = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|tmp/\w+)\b|\.\./shared")


def part(path, name):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    begins = [i for i, line in enumerate(lines) if re.search(rf"(//|#|/\*) \[{re.escape(name)}\]", line)]
    ends = [i for i, line in enumerate(lines) if re.search(rf"(//|#|/\*) \[/{re.escape(name)}\]", line)]
    if len(begins) != 1 or len(ends) != 1:
        raise LookupError(f"{path} has no part [{name}]")
    return textwrap.dedent("\n".join(lines[begins[0] + 1 : ends[0]])).strip("\n")


def anchors(path):
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            text = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(text.replace(" ", "-"))
    return found


def renew(page):
    lines = page.read_text(encoding="utf-8").splitlines()
    out, i = [], 0
    while i < len(lines):
        out.append(lines[i])
        source = SOURCE.match(lines[i])
        if source and i + 1 < len(lines) and FENCE.match(lines[i + 1]):
            end = lines.index("```", i + 2)
            out += [lines[i + 1], *part(source[1], source[2]).splitlines()]
            i = end - 1
        i += 1
    page.write_text("\n".join(out) + "\n", encoding="utf-8")


def check(page, wrong):
    lines = page.read_text(encoding="utf-8").splitlines()
    name = page.relative_to(ROOT)
    shown = page.name == "README.md" and page.parent == ROOT or ROOT / "docs" / "guide" in page.parents
    snippets, inside, start, language = 0, False, 0, ""
    for i, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence and not inside:
            inside, start, language = True, i, fence[1]
        elif line == "```" and inside:
            inside = False
            source = SOURCE.match(lines[start - 1]) if start else None
            if not source:
                if shown and language in SHOWN:
                    wrong.append(f"{name}:{start + 1}: says not which example it shows")
                continue
            snippets += 1
            try:
                if part(source[1], source[2]) != "\n".join(lines[start + 1 : i]):
                    wrong.append(f"{name}:{start + 1}: is not {source[1]} [{source[2]}]")
            except (OSError, LookupError) as error:
                wrong.append(f"{name}:{start + 1}: {error}")
        if PLACE.search(line):
            wrong.append(f"{name}:{i + 1}: names a place on a machine")
        if inside:
            continue
        for target in LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            file, _, heading = target.partition("#")
            to = (page.parent / file).resolve() if file else page
            if not to.exists():
                wrong.append(f"{name}:{i + 1}: {target} leads nowhere")
            elif heading and to.suffix == ".md" and heading not in anchors(to):
                wrong.append(f"{name}:{i + 1}: {target} has no such heading")
    return snippets


def main():
    pages = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")})
    if "--write" in sys.argv:
        for page in pages:
            renew(page)
    wrong = []
    snippets = sum(check(page, wrong) for page in pages)
    if len(pages) < 20 or snippets < 10:
        wrong.append(f"only {len(pages)} pages and {snippets} shown examples were found")
    print("\n".join(wrong) or f"{len(pages)} pages, {snippets} shown examples")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
