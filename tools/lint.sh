#!/bin/bash
# make lint: the format, the naming rules, documented public declarations, and the house's plain rules.
# `tools/lint.sh --quick` leaves out the naming check, which parses every source with clang.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
say() { printf '%s\n' "$*"; }

findings=$(mktemp)
trap 'rm -f "$findings"' EXIT
if ! tools/format.sh --check 2>"$findings"; then
  say "lint: not formatted (make fmt does it):"
  grep -E 'error: code should be' "$findings" | cut -d: -f1 | sort | uniq -c
  status=1
fi

/usr/bin/env python3 tools/lint_rules.py || status=1

if [[ ${1:-} != --quick ]]; then
  /usr/bin/env python3 tools/lint_names.py || status=1
fi
((status)) || say "lint: clean"
exit $status
