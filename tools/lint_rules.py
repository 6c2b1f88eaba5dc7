#!/usr/bin/env python3
"""The house's plain rules, each told as file:line: public declarations are documented, no file is over 800
lines and no line over 110 columns, nothing is left to do or commented out, and heavy headers stay out of
headers."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAVY = re.compile(r"#include\s*<(nlohmann/json\.hpp|phonenumbers/|unicode/|boost/)")
LEFT_OVER = re.compile(r"\b(TODO|FIXME|HACK)\b")
CODE_COMMENT = re.compile(r"^\s*//\s*(if \(.*\) \{|return .*;|[a-z_.]+\(.*\);|#include .*)$")
SKIP_STATEMENT = re.compile(
    r"^(#|\}|public:|private:|protected:|namespace\b|using namespace\b|extern \"\"|friend\b|static_assert\b|template\b.*>;|"
    r"default:|case\b|else\b|inline constexpr [^(]*[={]|template <>|.*\boperator\b)")


def listed(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
                         cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in out.split("\0") if name and (ROOT / name).exists()]


def undocumented(lines):
    """Line numbers of types and free functions of a public header that no comment introduces.

    Members and overloads that stand directly below a commented declaration share its comment, as in a block
    of getters; a blank line ends the block.
    """
    depth_of_interest = None
    depth = 0
    covered = False
    open_statement = False
    in_block_comment = False
    stack = []  # what each open brace belongs to
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if in_block_comment:
            in_block_comment = "*/" not in line
            covered = True
            continue
        if line.startswith("/*"):
            in_block_comment = "*/" not in line
            covered = True
            continue
        if not line:
            if not open_statement:
                covered = False
            continue
        if line.startswith("//"):
            covered = True
            continue
        code = re.sub(r'"(\\.|[^"\\])*"', '""', line.split("//")[0]).strip()
        trailing = "//" in line
        top = all(kind == "namespace" for kind in stack)
        if top and not open_statement and not covered and not trailing and not SKIP_STATEMENT.match(code):
            forward = re.match(r"^(class|struct|enum class) \w+;$", code)
            defined_out = re.match(r"^(inline|template|constexpr)?.*\w::\w+\(", code)
            if not forward and not defined_out:
                yield number
        is_namespace = bool(re.match(r"^(inline )?namespace\b|^extern \"\"", code))
        detail = bool(re.match(r"^namespace (detail|internal)\b", code))
        for character in code:
            if character == "{":
                stack.append("detail" if detail else "namespace" if is_namespace else "body")
            elif character == "}" and stack:
                stack.pop()
        if is_namespace:
            covered, open_statement = False, False
        elif top:
            open_statement = not code.endswith((";", "}", "{")) and not code.startswith("#")
            open_statement = open_statement or (code.endswith("{"))
            if all(kind == "namespace" for kind in stack) and code.endswith((";", "}")):
                open_statement = False
        elif all(kind == "namespace" for kind in stack):
            open_statement = False


def main():
    wrong = []

    def tell(path, number, what):
        wrong.append(f"{path.relative_to(ROOT)}:{number}: {what}")

    for path in listed("*.cpp", "*.hpp", "*.c", "*.h", "*.py", "*.sh", "*.cmake", "CMakeLists.txt"):
        if path.name == "lint_rules.py":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        source = path.suffix in (".cpp", ".hpp", ".c", ".h")
        if len(lines) > 800 and "data" not in path.parts:
            tell(path, len(lines), "over 800 lines")
        for number, line in enumerate(lines, 1):
            if source and len(line) > 110 and "http" not in line and 'R"' not in line:
                tell(path, number, f"{len(line)} columns")
            if LEFT_OVER.search(line):
                tell(path, number, "left to do")
            if source and CODE_COMMENT.match(line):
                tell(path, number, "commented-out code")
            if path.suffix == ".hpp" and "/include/atlas/" in str(path) and HEAVY.search(line):
                tell(path, number, "a heavy include in a header")
        public = path.suffix == ".hpp" and "/include/atlas/" in str(path) or path.name == "atlas.h"
        if public:
            for number in undocumented(lines):
                tell(path, number, f"undocumented: {lines[number - 1].strip()[:70]}")
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(f"lint: {len(wrong)} broken rules")


if __name__ == "__main__":
    main()
