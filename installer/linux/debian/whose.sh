# who installs or removes this, when it is a person: their own things are touched as themselves, never as root
user=${SUDO_USER:-}
if [ -z "$user" ] && [ -n "${PKEXEC_UID:-}" ]; then user=$(getent passwd "$PKEXEC_UID" | cut -d: -f1); fi
if [ "$user" = root ] || ! command -v runuser >/dev/null; then user=; fi
home=$(getent passwd "$user" 2>/dev/null | cut -d: -f6)
as_user() { runuser -u "$user" -- env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME HOME="$home" XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" "$@"; }
