#!/bin/sh
# uninstall.sh [--all | --keep]: removes the program and the plug-ins; asks whether settings, history and imported models go too.
set -eu
place=/usr/local/restored
program=$place/restored
[ -x "$program" ] || { echo "restored is not installed." >&2; exit 1; }
[ "$(id -u)" != 0 ] || { echo "Start this as yourself, without sudo: it asks for your password when it needs it." >&2; exit 1; }
sudo -v  # before anything is gone
"$program" daemon stop >/dev/null 2>&1 || true
"$program" plugins uninstall || true
everything=$("$program" places) || everything=
answer=n
case ${1:-} in
    --all) answer=y ;;
    --keep) ;;
    *) if [ -t 0 ]; then
        printf 'Remove your settings, history and imported models too? [y/N] '
        read -r answer || answer=n
    fi ;;
esac
printf '%s\n' "$everything" | while IFS= read -r line; do
    case $line in
        "cache: "*) rm -rf "${line#cache: }" ;;
        "yours: "*) case $answer in
            y* | Y*) rm -rf "${line#yours: }" ;;
            *) if [ -e "${line#yours: }" ]; then echo "Kept: ${line#yours: }"; fi ;;
        esac ;;
    esac
done
if [ "$(readlink /usr/local/bin/restored)" = "$program" ]; then sudo rm -f /usr/local/bin/restored; fi
sudo rm -rf "$place"
sudo pkgutil --forget io.github.restore-with-instruction >/dev/null
echo "restored is gone."
