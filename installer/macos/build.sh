#!/bin/sh
# build.sh PROGRAM TARGET.pkg VERSION: the frozen folder as a package for /usr/local. Written for, and run only on, macOS.
# APP_IDENTITY and PKG_IDENTITY sign it ("Developer ID Application: ..." and "... Installer: ..."); NOTARY_PROFILE notarizes it.
set -eu
program=$1; target=$2; version=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
# a plain folder, not an application: in a bundle PyInstaller's loader looks for its files in Contents/Frameworks only, and codesign
# takes every file beside the program, a network's weights too, for code that is not signed
place=$work/root/usr/local/restored
mkdir -p "$place" "$work/root/usr/local/bin"
cp -R "$program/." "$place/"
mkdir -p "$place/share"
cp "$here/uninstall.sh" "$place/share/"
chmod 755 "$place/share/uninstall.sh"
ln -s /usr/local/restored/restored "$work/root/usr/local/bin/restored"
if [ -n "${APP_IDENTITY:-}" ]; then
    # with the hardened runtime a library without a signature is not loaded at all; the program last
    find "$place" -type f ! -path "$place/restored" | while IFS= read -r file; do
        case $(file -b "$file") in *Mach-O*) printf '%s\0' "$file" ;; esac
    done | xargs -0 -n 16 codesign --force --timestamp --options runtime --sign "$APP_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$APP_IDENTITY" "$place/restored"
    codesign --verify --strict "$place/restored"
fi
pkgbuild --root "$work/root" --identifier io.github.restore-with-instruction --version "$version" \
    --scripts "$here/scripts" --install-location / --ownership recommended "$work/restored.pkg"
if [ -n "${PKG_IDENTITY:-}" ]; then
    productsign --timestamp --sign "$PKG_IDENTITY" "$work/restored.pkg" "$target"
else
    cp "$work/restored.pkg" "$target"
fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$target" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$target"
fi
