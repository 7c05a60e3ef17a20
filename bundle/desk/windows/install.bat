@echo off
chcp 65001 >nul
setlocal
set "HERE=%~dp0"
py -@PYTHON@ -c "import sys; sys.exit(0 if sys.maxsize > 2**32 else 1)" >nul 2>nul
if errorlevel 1 (
  echo 需要 64 位的 Python @PYTHON@。请先安装，再运行一次。
  echo Python @PYTHON@, 64 bit, is needed. Install it, then run this again.
  pause
  exit /b 3
)
echo 正在安装，约需一分钟…… / Installing, about a minute...
py -@PYTHON@ -m venv "%HERE%runtime"
if errorlevel 1 goto failed
"%HERE%runtime\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --require-hashes --find-links "%HERE%wheels" -r "%HERE%requirements.txt"
if errorlevel 1 goto failed
echo 安装好了。把文件拖到 validate.bat 上，或者双击 page.bat。
echo Done. Drop files on validate.bat, or double-click page.bat.
pause
exit /b 0
:failed
echo 安装没有完成。请把上面的文字发给管理员。
echo The installation failed. Please send the lines above to your administrator.
pause
exit /b 1
