# who installs or removes this, when it is a person: their own things are touched as themselves, never as root
user=${SUDO_USER:-}
asking=${PKEXEC_UID:-${PACKAGEKIT_CALLER_UID:-}}  # the second is a software centre's
if [ -z "$user" ] && [ -n "$asking" ]; then user=$(getent passwd "$asking" | cut -d: -f1) || user=; fi
if [ "$user" = root ] || ! command -v runuser >/dev/null; then user=; fi
home=$(getent passwd "$user" 2>/dev/null | cut -d: -f6)
as_user() { runuser -u "$user" -- env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME HOME="$home" XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" "$@"; }
