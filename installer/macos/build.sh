#!/bin/sh
# build.sh PROGRAM TARGET.pkg VERSION: the frozen folder as a package for /Applications. Written for, and run only on, macOS.
# APP_IDENTITY and PKG_IDENTITY sign it ("Developer ID Application: ..." and "... Installer: ..."); NOTARY_PROFILE notarizes it.
set -eu
program=$1; target=$2; version=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
app=$work/root/Applications/restored.app
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
cp -R "$program/" "$app/Contents/MacOS/"
cp "$here/uninstall.sh" "$app/Contents/Resources/"
sed "s/@VERSION@/$version/g" "$here/Info.plist" >"$app/Contents/Info.plist"
if [ -n "${APP_IDENTITY:-}" ]; then
    # inside out: with the hardened runtime a library without a signature is not loaded at all
    find "$app" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -u+x \) -print0 |
        xargs -0 -n 16 codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$APP_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$APP_IDENTITY" "$app"
    codesign --verify --deep --strict "$app"
fi
pkgbuild --root "$work/root" --identifier io.github.restore-with-instruction --version "$version" \
    --scripts "$here/scripts" --install-location / "$work/restored.pkg"
if [ -n "${PKG_IDENTITY:-}" ]; then
    productsign --timestamp --sign "$PKG_IDENTITY" "$work/restored.pkg" "$target"
else
    cp "$work/restored.pkg" "$target"
fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$target" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$target"
fi
