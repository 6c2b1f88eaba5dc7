#!/bin/bash
# make lint: the format, the naming rules, documented public declarations, and the house's plain rules.
# `tools/lint.sh --quick` leaves out the naming check, which parses every source with clang.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
say() { printf '%s\n' "$*"; }

if ! tools/format.sh --check 2>/tmp/atlas-format.$$; then
  say "lint: not formatted (make fmt does it):"
  grep -E 'error: code should be' /tmp/atlas-format.$$ | cut -d: -f1 | sort | uniq -c
  status=1
fi
rm -f /tmp/atlas-format.$$

/usr/bin/env python3 tools/lint_rules.py || status=1

if [[ ${1:-} != --quick ]]; then
  /usr/bin/env python3 tools/lint_names.py || status=1
fi
((status)) || say "lint: clean"
exit $status
