#!/bin/sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -x "$here/runtime/bin/python" ]; then
  echo "请先运行 ./install.sh。 / Run ./install.sh first."
  exit 3
fi
exec "$here/runtime/bin/python" "$here/drop.py" "$@"
