@echo off
chcp 65001 >nul
setlocal
set "GONGSHU_LANG=zh"
if not exist "%~dp0runtime\Scripts\python.exe" (
  echo 请先双击 install.bat。 / Run install.bat first.
  pause
  exit /b 3
)
if "%~1"=="" (
  echo 请把要校验的文件拖到 validate.bat 的图标上。 / Drop files on the icon of validate.bat.
  pause
  exit /b 3
)
"%~dp0runtime\Scripts\python.exe" "%~dp0drop.py" %*
pause
