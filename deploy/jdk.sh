# Sourced by the scripts beside it. Sets JDK to the home of a JDK 25, or says how to get one and exits with 3.
# shellcheck shell=bash

# Prints the feature version (25) of the JDK at $1, and nothing if there is no JDK. Reads its `release` file, because
# starting every candidate would take longer than the command that the user asked for.
jdk_feature() {
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the home of the `java` on the PATH, which is usually a link to it.
jdk_on_path() {
  local java
  java=$(command -v java) && java=$(readlink -f "$java") && dirname "$(dirname "$java")" || true
}

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" "$(jdk_on_path)" \
      /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* ~/.sdkman/candidates/java/* ~/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home ~/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
    if [[ -n $home && $(jdk_feature "$home") == 25 ]]; then
      JDK=$home
      return
    fi
  done
  cat >&2 <<'MESSAGE'
sluice: no JDK 25 found.
  Sluice is compiled with Java 25 and runs on it. JAVA_HOME, JAVA25_HOME, the PATH and the usual places (/usr/lib/jvm,
  /usr/java, /opt, ~/.sdkman, ~/.jdks, /Library/Java) hold none.
  Install one with a package manager (Debian 13, Ubuntu: apt install openjdk-25-jdk-headless; macOS: brew install
  openjdk@25; SDKMAN: sdk install java 25-tem) or from https://adoptium.net, or point JAVA25_HOME to one.
MESSAGE
  exit 3
}

find_jdk

# Says how to get Maven and exits with 3, if there is none.
need_maven() {
  command -v mvn >/dev/null || {
    cat >&2 <<'MESSAGE'
sluice: Maven (mvn) is not on the PATH, and something has to be built first.
  Install Maven 3.8 or later (Debian, Ubuntu: apt install maven; macOS: brew install maven; SDKMAN: sdk install maven).
MESSAGE
    exit 3
  }
}

# Runs Maven at the root of the project with what it prints on stderr; it compiles with the JDK found above.
run_maven() {
  local java_home=${JAVA_HOME:-}
  [[ -n $java_home ]] || command -v java >/dev/null || java_home=$JDK
  (
    [[ -z $java_home ]] || export JAVA_HOME=$java_home
    # `mvn -q` would hide the compiler's warnings, which are what stops this build.
    JAVA25_HOME=$JDK mvn -B -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -f "$root/pom.xml" "$@" >&2
  )
}
