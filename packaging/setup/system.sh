# shellcheck shell=bash
# System packages: which are needed, which are missing, and their installation. Sourced by bootstrap.sh.

# Debian and Ubuntu. A package that became NAMEt64 in later releases is recognised under both names.
debian_packages() {
  # PyAudio has no Linux wheels: PortAudio's headers and a C compiler build it.
  echo gcc libc6-dev portaudio19-dev
  # PortAudio reaches PulseAudio and PipeWire through this ALSA plugin.
  echo libasound2-plugins
  # Qt: OpenGL, keyboard, D-Bus, fonts, Kerberos (QtNetwork links it) the xcb platform plugin and the Wayland one.
  echo libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libfreetype6 libglib2.0-0 libgssapi-krb5-2
  echo libxkbcommon-x11-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
  echo libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
  echo libwayland-client0 libwayland-cursor0 libwayland-egl1 fonts-dejavu-core
  if [ "$1" = test ]; then
    echo xvfb xauth pulseaudio-utils
    # The virtual microphone of the tests is a private PulseAudio. A desktop that uses PipeWire keeps it, and those
    # tests are skipped.
    dpkg-query -W -f '${db:Status-Status}' pipewire-pulse 2>/dev/null | grep -qx installed || echo pulseaudio
  fi
}

fedora_packages() {
  echo gcc portaudio-devel alsa-plugins-pulseaudio
  echo libglvnd-egl libglvnd-glx libxkbcommon libxkbcommon-x11 libX11-xcb libxcb dbus-libs fontconfig freetype
  echo glib2 krb5-libs xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm
  echo libwayland-client libwayland-cursor libwayland-egl dejavu-sans-fonts
  if [ "$1" = test ]; then
    echo xorg-x11-server-Xvfb xorg-x11-xauth pulseaudio-utils
  fi
}

missing_debian_packages() {
  local installed name
  # One query for all; it fails if a package is not installed, which is not an error here.
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" "${@/%/t64}" 2>/dev/null || true)
  for name in "$@"; do
    grep -qxE "${name//./\\.}(t64)? installed" <<<"$installed" || echo "$name"
  done
}

missing_fedora_packages() {
  local name
  for name in "$@"; do
    rpm -q --quiet --whatprovides "$name" || echo "$name"
  done
}

# Install with one command as root, or print that command and stop.
# $1: command line that installs; $2: what is missing, for the message.
install_or_ask() {
  local prefix
  if ! prefix=$(root_prefix); then
    fail "Some system packages are missing: $2." \
      "An administrator must install them. Run this command, then the same make command again:" \
      "" "    $(command -v sudo >/dev/null && echo sudo sh -c || echo su -c) '$1'"
  fi
  say "Installing system packages: $2"
  # shellcheck disable=SC2086  # the prefix is words
  quietly $prefix sh -c "$1" ||
    fail "The system packages could not be installed; see the lines above." \
      "Fix the cause, or install them manually: $2."
}

install_debian_packages() {
  local missing
  # shellcheck disable=SC2046,SC2086  # lists of names
  missing=$(missing_debian_packages $(debian_packages "$1") ${2:-} | xargs)
  [ -n "$missing" ] || return 0
  # An unreachable third-party archive must not stop the installation.
  install_or_ask "apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
-o DPkg::Lock::Timeout=300 $missing" "$missing"
}

install_fedora_packages() {
  local missing
  # shellcheck disable=SC2046,SC2086  # lists of names
  missing=$(missing_fedora_packages $(fedora_packages "$1") ${2:-} | xargs)
  [ -n "$missing" ] || return 0
  install_or_ask "dnf install -y -q --setopt=install_weak_deps=False $missing" "$missing"
}

# macOS: Homebrew never runs as root and needs no password.
install_brew_packages() {
  local prefix missing="" name
  xcode-select -p >/dev/null 2>&1 ||
    fail "Apple's command line tools are missing." "Run this command, then the same make command again:" \
      "" "    xcode-select --install"
  command -v brew >/dev/null ||
    fail "Homebrew is missing; flux-desktop needs PortAudio from it." "Install it (see https://brew.sh), then run this again."
  prefix=$(brew --prefix)
  for name in portaudio ${2:-}; do
    [ -e "$prefix/opt/$name" ] || missing="$missing $name"
  done
  if [ -n "$missing" ]; then
    say "Installing with Homebrew:$missing"
    # shellcheck disable=SC2086  # a list of names
    brew install -q $missing || fail "Homebrew could not install:$missing. See the lines above."
  fi
  # PyAudio looks for PortAudio in the compiler's folders only.
  export CPPFLAGS="-I$prefix/include ${CPPFLAGS:-}" CFLAGS="-I$prefix/include ${CFLAGS:-}" LDFLAGS="-L$prefix/lib ${LDFLAGS:-}"
}

# $1: run or test; $2: further packages, a list in one word.
install_system_packages() {
  if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_debian_packages "$@"
  elif command -v dnf >/dev/null; then
    install_fedora_packages "$@"
  elif [ "$(uname -s)" = Darwin ]; then
    install_brew_packages "$@"
  elif [ ! -e .venv/.flux-desktop-ready ]; then
    say "This system is not Debian, Ubuntu, Fedora or macOS, so its packages are left to you: a C compiler, \
PortAudio's headers, and the libraries of Qt's xcb platform"
  fi
}
