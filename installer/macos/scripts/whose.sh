# who sits at this Mac: their own things are touched as themselves, never as root; nobody, where it is installed before a login
user=$(stat -f %Su /dev/console)
case $user in root | loginwindow | _mbsetupuser) user= ;; esac
home=$(dscl . -read "/Users/$user" NFSHomeDirectory 2>/dev/null | sed -n 's/^NFSHomeDirectory: *//p')
as_user() { if [ -n "$user" ] && [ -d "$home" ]; then sudo -u "$user" env HOME="$home" "$@"; fi; }
