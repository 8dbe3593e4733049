#!/bin/sh
# install.sh: puts restored into your home folder; no root, no Python, no internet. Everything it makes is named below.
#   ./install.sh                 install, or upgrade what is there
#   ./install.sh --downgrade     also replace a newer version
#   ./install.sh --back          the version before this one again (kept after every upgrade)
#   ./install.sh --uninstall     remove it; asks whether settings, history and imported models go too
#   ./install.sh --uninstall --all | --keep     the same without the question
set -eu

base=${RESTORED_PREFIX:-$HOME/.local}
place=$base/opt/restored
before=$base/opt/.restored-before
removed=$base/opt/.restored-removed
link=$base/bin/restored
share=$base/share
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '%s\n' "$*"; }
stop_with() { say "$*" >&2; exit 1; }
fact_in() { sed -n 's/^ *"'"$2"'": "\([^"]*\)".*/\1/p' "$1/manifest.json" 2>/dev/null | head -n 1; }
version_in() { fact_in "$1" version; }
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
end_daemon() { if [ -x "$place/restored" ]; then "$place/restored" daemon stop >/dev/null 2>&1 || true; fi; }
# under a name that nothing reads first: a version that is half removed when this is cut off must not be taken for one
forget() {
    rm -rf "$removed"
    if [ -e "$1" ]; then mv "$1" "$removed"; fi
    rm -rf "$removed"
}
# of installations and updates that were cut off; the one whose script this is goes on
left_behind() {
    rm -rf "$base/opt/.restored-new" "$removed"
    for stale in "$base/opt"/.restored-update-*; do
        case $here/ in "$stale"/*) ;; *) rm -rf "$stale" ;; esac
    done
}

# what runs reads its own files whenever it needs them, and must not find another version's there
nobody_at_work() {
    end_daemon
    program=$(readlink -f "$place/restored") || return 0
    tries=0
    while busy=$(at_work) && [ -n "$busy" ]; do  # a daemon that was told to end needs a moment
        tries=$((tries + 1))
        [ $tries -le 5 ] || stop_with "restored is at work (process $busy). Let it finish, or end it, and try again. Nothing was changed."
        sleep 1
    done
}
at_work() {
    ls -l /proc/[0-9]*/exe 2>/dev/null | while IFS= read -r line; do
        number=${line%% -> *}; number=${number##*/proc/}; number=${number%/exe}
        if [ "${line##* -> }" = "$program" ] && [ "$number" != "${RESTORED_UPDATER:-}" ]; then echo "$number"; break; fi
    done
}

# folders that are ours to make are ours to remove again, when nothing else is in them
made=$place/made-folders
folder() {
    parent=$(dirname "$1")
    [ -d "$parent" ] || folder "$parent"
    [ -d "$1" ] || { mkdir "$1"; echo "$1" >>"$new_made"; }
}

# what other programs look for in this home, and where it comes from
placed="applications/restore-with-instruction.desktop icons/hicolor/scalable/apps/restore-with-instruction.svg
metainfo/io.github.restore_with_instruction.metainfo.xml bash-completion/completions/restored
fish/vendor_completions.d/restored.fish man/man1/restored.1"

place_in_menu() {
    sed "s|@EXEC@|$place/restored|" "$place/share/restored.desktop" >"$share/applications/restore-with-instruction.desktop"
    cp "$place/share/restored.svg" "$share/icons/hicolor/scalable/apps/restore-with-instruction.svg"
    cp "$place/share/restored.metainfo.xml" "$share/metainfo/io.github.restore_with_instruction.metainfo.xml"
    cp "$place/share/restored.bash" "$share/bash-completion/completions/restored"
    cp "$place/share/restored.fish" "$share/fish/vendor_completions.d/restored.fish"
    cp "$place/share/restored.1" "$share/man/man1/restored.1"
}

remove_from_menu() {
    for each in $placed; do rm -f "$share/$each"; done
}

install_it() {
    source=$here/restored
    [ -x "$source/restored" ] || stop_with "The folder “restored” is not beside this script. Unpack the whole download again."
    now=$(version_in "$source")
    had=$(version_in "$place")
    if [ -n "$had" ] && older "$now" "$had" && [ "${1:-}" != --downgrade ]; then
        stop_with "Version $had is installed, and this is the older $now. Nothing was changed. (./install.sh --downgrade replaces it.)"
    fi
    new_made=$(mktemp)
    trap 'rm -rf "$base/opt/.restored-new" "$new_made"' EXIT
    if [ -d "$place" ]; then listed=$made; else listed=$before/made-folders; fi  # cut off between two renames
    if [ -f "$listed" ]; then cat "$listed" >"$new_made"; fi
    folder "$base/opt"; folder "$base/bin"
    for each in $placed; do folder "$share/$(dirname "$each")"; done
    # the program makes these when it first needs them
    for later in "$HOME/.config" "$HOME/.cache" "$HOME/.local/share" "$HOME/.local/state"; do
        [ -d "$later" ] || echo "$later" >>"$new_made"
    done
    new=$base/opt/.restored-new
    left_behind
    cp -a "$source" "$new" || stop_with "There is not enough room in $base/opt. Nothing was changed."
    "$new/restored" --version >/dev/null 2>&1 || stop_with "This system is too old for restored $now: it needs the C library (glibc) $(fact_in "$new" libc). Nothing was changed."
    cp "$new_made" "$new/made-folders"
    nobody_at_work
    # at once where the system can: there is then one of the two at every moment
    if [ -d "$place" ] && "$new/restored" exchange "$new" "$place" >/dev/null 2>&1; then
        forget "$before"
        mv "$new" "$before"
    else
        forget "$before"
        if [ -e "$place" ]; then mv "$place" "$before"; fi
        mv "$new" "$place"
    fi
    if [ -e "$link" ] && [ ! -L "$link" ]; then
        say "There is another program at $link; it was left alone. Start restored by its full name, $place/restored."
    else
        ln -sfn "$place/restored" "$link"
    fi
    place_in_menu
    if [ -n "$had" ]; then say "restored $now is installed; it was $had."; else say "restored $now is installed in $place."; fi
    "$place/restored" plugins install || say "Once GIMP 3 or Krita is installed and was started once, run: $place/restored plugins install"
    case ":$PATH:" in *":$base/bin:"*) ;; *) say "To type “restored” in a terminal, add $base/bin to PATH; GIMP and Krita need nothing." ;; esac
    say "To remove it again: $place/share/install.sh --uninstall"
}

go_back() {
    [ -d "$before" ] || stop_with "There is no version before this one. Nothing was changed."
    nobody_at_work
    # without a program, an installation was cut off between its two renames
    if [ ! -d "$place" ]; then
        mv "$before" "$place"
    elif ! "$place/restored" exchange "$before" "$place" >/dev/null 2>&1; then
        rm -rf "$base/opt/.restored-new"
        mv "$place" "$base/opt/.restored-new"
        mv "$before" "$place"
        mv "$base/opt/.restored-new" "$before"
    fi
    "$place/restored" plugins install || true
    say "Back to restored $(version_in "$place").$([ ! -d "$before" ] || printf ' (The same command again returns to %s.)' "$(version_in "$before")")"
}

uninstall_it() {
    [ -d "$place" ] || stop_with "restored is not installed in $place."
    nobody_at_work
    listed=$(mktemp)
    [ -f "$made" ] && cat "$made" >"$listed"
    "$place/restored" plugins uninstall || true
    everything=$("$place/restored" places 2>/dev/null) || everything=
    remove_from_menu
    if [ "$(readlink "$link" 2>/dev/null)" = "$place/restored" ]; then rm -f "$link"; fi
    forget "$place"
    forget "$before"
    left_behind
    printf '%s\n' "$everything" | sed -n 's/^cache: //p' | while IFS= read -r gone; do rm -rf "$gone"; done
    answer=n
    case ${1:-} in
        --all) answer=y ;;
        --keep) ;;
        *) if [ -t 0 ]; then
            printf 'Remove your settings, history and imported models too? [y/N] '
            read -r answer || answer=n
        fi ;;
    esac
    printf '%s\n' "$everything" | sed -n 's/^yours: //p' | while IFS= read -r mine; do
        case $answer in
            y* | Y*) rm -rf "$mine" ;;
            *) if [ -e "$mine" ]; then say "Kept: $mine"; fi ;;
        esac
    done
    sort -r "$listed" | while IFS= read -r empty; do rmdir "$empty" 2>/dev/null || true; done
    rm -f "$listed"
    say "restored is gone."
}

case ${1:-} in
    --uninstall) uninstall_it "${2:-}" ;;
    --back) go_back ;;
    "" | --downgrade) install_it "${1:-}" ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
