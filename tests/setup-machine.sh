#!/usr/bin/env bash
# What the tests need beyond Python: Debian's Chromium, PostgreSQL, MariaDB and Java.
set -euo pipefail

wanted=()
command -v chromium >/dev/null || wanted+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
[ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || wanted+=(mariadb-server)
{ [ -n "${JAVA_HOME:-}" ] || command -v java; } >/dev/null || wanted+=(openjdk-17-jre-headless)
[ ${#wanted[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Install these first: ${wanted[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" fonts-dejavu-core >/dev/null
