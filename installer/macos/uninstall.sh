#!/bin/sh
# uninstall.sh [--all]: removes the program and the plug-ins; with --all also settings, history and imported models.
set -eu
program=/Applications/restored.app/Contents/MacOS/restored
[ -x "$program" ] || { echo "restored is not installed." >&2; exit 1; }
"$program" daemon stop >/dev/null 2>&1 || true
"$program" plugins uninstall || true
"$program" places | while IFS= read -r line; do
    case $line in
        "cache: "*) rm -rf "${line#cache: }" ;;
        "yours: "*) if [ "${1:-}" = --all ]; then rm -rf "${line#yours: }"; else echo "Kept: ${line#yours: }"; fi ;;
    esac
done
sudo rm -rf /Applications/restored.app
sudo pkgutil --forget io.github.restore-with-instruction
