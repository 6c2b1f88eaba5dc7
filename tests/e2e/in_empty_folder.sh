#!/bin/bash
# Runs a program in a new folder that is removed afterwards.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$@"
