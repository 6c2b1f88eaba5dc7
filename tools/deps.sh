#!/bin/bash
# Installs the Debian packages that building and testing need and that are missing. Quick and quiet when
# nothing is missing. `--all` adds what `make check-all` needs besides (about 600 MB with clang).
set -euo pipefail

packages=(
  cmake ninja-build ccache pkg-config git
  libboost-dev libicu-dev libphonenumber-dev libprotobuf-dev nlohmann-json3-dev libcli11-dev libssl-dev libpq-dev libcurl4-openssl-dev
  libjpeg62-turbo-dev libpng-dev libwebp-dev
  catch2 libsqlite3-dev postgresql abigail-tools
  python3 python3-dev python3-pytest python3-mypy pybind11-dev
  clang-format clang-tidy
)
all=(clang libclang-rt-14-dev gcovr)
[[ ${1:-} == --all ]] && packages+=("${all[@]}")

missing=()
# It fails when it does not know a package, which is the very thing that is asked.
installed=" $({ dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${packages[@]}" 2>/dev/null || true; } |
  sed -n 's/^ii *//p' | tr '\n' ' ')"
for package in "${packages[@]}"; do
  [[ $installed == *" $package "* ]] || missing+=("$package")
done
# Any npm will do, and one is expected to be there; a build with its own SQLCipher source needs none.
command -v npm >/dev/null || missing+=(npm)
((${#missing[@]})) || exit 0

echo "Installing: ${missing[*]}"
if ((EUID == 0)); then sudo=(); elif command -v sudo >/dev/null; then sudo=(sudo); else
  echo "These packages are missing, and neither root nor sudo is at hand to install them." >&2
  exit 1
fi
# The tests start a PostgreSQL of their own and want no server running on this machine.
if [[ " ${missing[*]} " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
  "${sudo[@]}" mkdir -p /etc/postgresql-common
  echo "create_main_cluster = false" | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
for try in 1 2 3; do
  if "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
  echo "Try $try failed." >&2
  sleep $((try * 5))
done
echo "The packages could not be installed." >&2
exit 1
