#!/bin/sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$(command -v python@PYTHON@ || true)
if [ -z "$python" ]; then
  echo "需要 Python @PYTHON@。请先安装，再运行一次。"
  echo "Python @PYTHON@ is needed. Install it, then run this again."
  exit 3
fi
echo "正在安装，约需一分钟…… / Installing, about a minute..."
"$python" -m venv "$here/runtime"
"$here/runtime/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --require-hashes \
  --find-links "$here/wheels" -r "$here/requirements.txt"
echo "安装好了。运行 ./validate.sh 文件，或者 ./page.sh。"
echo "Done. Run ./validate.sh FILE, or ./page.sh."
