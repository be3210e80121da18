# Sourced by the scripts beside it, which have set `here`, their folder. Sets JDK to the home of a JDK 25: the machine's, or
# one that is fetched; where there is none, says how to get one and exits with 3.
#
#   SLUICE_FETCH=never     takes what the machine has, or says what it lacks; always: takes what is fetched, whatever it has
#   SLUICE_FETCH_FROM=URL  fetches from a mirror, a folder with the archives of the file `toolchain`
#   SLUICE_FETCH_SECONDS=30  after so long without data a connection counts as dead
#   SLUICE_TOOLCHAIN=FILE  pins other archives than `toolchain`
# shellcheck shell=bash

fetched=${SLUICE_CACHE:-~/.cache/sluice}/toolchain
[[ $fetched == /* ]] || fetched=$PWD/$fetched
pins=${SLUICE_TOOLCHAIN:-$here/toolchain}
source "$here/fetch.sh"

case ${SLUICE_FETCH:-} in
  '' | never | always) ;;
  *)
    echo "sluice: SLUICE_FETCH is '$SLUICE_FETCH'. It takes never or always; unset, what is missing is fetched." >&2
    exit 2
    ;;
esac

# Prints the feature version (25) of the JDK at $1, and nothing if there is no JDK. Reads its `release` file, because
# starting every candidate would take longer than the command that the user asked for.
jdk_feature() {
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

is_jdk_25() { [[ $(jdk_feature "$1") == 25 ]]; }

# Prints the home of the `java` on the PATH, which is usually a link to it.
jdk_on_path() {
  local java
  java=$(command -v java) && java=$(readlink -f "$java") && dirname "$(dirname "$java")" || true
}

# Sets JDK to the home of a JDK 25 on this machine.
find_jdk() {
  local home
  [[ ${SLUICE_FETCH:-} != always ]] || return 1
  for home in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" "$(jdk_on_path)" \
      /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* ~/.sdkman/candidates/java/* ~/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home ~/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    if [[ -n $home ]] && is_jdk_25 "$home"; then
      JDK=$home
      return
    fi
  done
  return 1
}

# Sets the variable $1 to the home of the fetched tool $2, called $3, which is fetched where it isn't yet.
take_fetched() {
  local home
  if home=$(fetched_home "$2") && "$4" "$home"; then
    printf -v "$1" %s "$home"
    return
  fi
  [[ ${SLUICE_FETCH:-} != never ]] && fetch "$2" "$3" "$4" && printf -v "$1" %s "$home"
}

find_jdk || take_fetched JDK jdk "JDK" is_jdk_25 || {
  cat >&2 <<'MESSAGE'
sluice: no JDK 25 found.
  Sluice is compiled with Java 25 and runs on it. JAVA_HOME, JAVA25_HOME, the PATH and the usual places (/usr/lib/jvm,
  /usr/java, /opt, ~/.sdkman, ~/.jdks, /Library/Java) hold none.
  Install one with a package manager (Debian 13, Ubuntu: apt install openjdk-25-jdk-headless; macOS: brew install
  openjdk@25; SDKMAN: sdk install java 25-tem) or from https://adoptium.net, or point JAVA25_HOME to one.
MESSAGE
  exit 3
}
