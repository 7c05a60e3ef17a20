@echo off
chcp 65001 >nul
setlocal
set "GONGSHU_LANG=zh"
if not exist "%~dp0runtime\Scripts\gongshu.exe" (
  echo 请先双击 install.bat。 / Run install.bat first.
  pause
  exit /b 3
)
"%~dp0runtime\Scripts\gongshu.exe" ui
pause
