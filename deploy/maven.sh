# Sourced by the scripts beside it that build, after jdk.sh: finds Maven, or fetches it, and runs it.
# shellcheck shell=bash

# Whether the Maven $1 is one that builds Sluice: 3.8 or 3.9, on Java 17 or later, with JAVA_HOME as $2, or as it is.
is_maven() {
  local says maven='Apache Maven 3\.([0-9]+)' java='Java version: ([0-9]+)'
  says=$(with_java "${2:-}" "$1" --version 2>/dev/null) || return 1
  [[ $says =~ $maven ]] && ((BASH_REMATCH[1] == 8 || BASH_REMATCH[1] == 9)) &&
    [[ $says =~ $java ]] && ((BASH_REMATCH[1] >= 17))
}

# Runs $2 ... with $1 as JAVA_HOME, or with what is set where $1 is empty.
with_java() (
  [[ -z $1 ]] || export JAVA_HOME=$1
  shift
  exec "$@"
)

is_fetched_maven() { [[ -x $1/bin/mvn ]]; }

# Sets MVN to a Maven that builds Sluice and MAVEN_JAVA to the Java that it takes, empty for the shell's: the shell's Maven
# with the shell's Java, or with the JDK found above; else one that is fetched. Says how to get one and exits with 3, if
# there is none.
need_maven() {
  local found
  if [[ ${SLUICE_FETCH:-} != always ]] && found=$(type -P mvn); then
    MVN=$found
    for MAVEN_JAVA in '' "$JDK"; do
      ! is_maven "$MVN" "$MAVEN_JAVA" || return 0
    done
    found="the mvn on the PATH is none of these or doesn't start"
  fi
  MAVEN_JAVA=$JDK
  if take_fetched MVN maven "Apache Maven" is_fetched_maven; then
    MVN+=/bin/mvn
    return
  fi
  cat >&2 <<MESSAGE
sluice: something has to be built first, which takes Maven 3.8 or 3.9: ${found:-there is no mvn on the PATH}.
  Install one (Debian, Ubuntu: apt install maven; macOS: brew install maven; SDKMAN: sdk install maven 3.9.16).
MESSAGE
  exit 3
}

# Runs Maven at the root of the project, with the options $2 ..., and compiles with the JDK that jdk.sh has found. $1 is
# `quietly` where only warnings and errors are to be seen.
run_maven() {
  local quiet=()
  # `mvn -q` would hide the compiler's warnings, which are what stops this build.
  [[ $1 != quietly ]] || quiet=(-Dorg.slf4j.simpleLogger.defaultLogLevel=warn
    -Dorg.slf4j.simpleLogger.log.org.apache.maven.cli=info)
  JAVA25_HOME=$JDK with_java "$MAVEN_JAVA" "$MVN" -B ${quiet[@]+"${quiet[@]}"} -f "$root/pom.xml" "${@:2}" 2>&1 |
    condense "$1"
}

# Passes on what Maven prints, without [INFO] if $1 is `quietly`, and says on stderr what it downloads and builds: on a line
# that is refreshed, or each 10 s where stderr is no terminal.
condense() {
  # The bash of macOS doesn't tell a line that is late from the last one.
  ((BASH_VERSINFO[0] >= 4)) || { cat; return; }
  local line status text= module= loading= said=$SECONDS kilobytes=0 every=10
  [[ ! -t 2 ]] || every=1
  while true; do
    status=0
    IFS= read -r -t 1 line || status=$?
    text+=$line
    if ((status <= 128)); then
      text=${text//$'\e[0m'/}
      case $text in
        '[INFO] Downloading from '*) loading+="${text##*/} " ;;
        '[INFO] Downloaded from '*)
          kilobytes=$((kilobytes + $(kilobytes "$text")))
          text=${text% (*}
          loading=${loading/"${text##*/} "/}
          ;;
        '[INFO]'*)
          # Whatever was not found is no longer looked for.
          loading=
          [[ $text != '[INFO] Building '*\[*/*\] ]] || module="$(cut -d ' ' -f 3-4 <<<"$text") ${text##* }"
          [[ $1 == quietly ]] || pass_on
          ;;
        ?*) pass_on ;;
        *) ((status)) || [[ $1 == quietly ]] || pass_on ;;
      esac
      text=
      ((status == 0)) || break
    fi
    ((SECONDS - said < every)) || [[ -z $loading && ($1 != quietly || -z $module) ]] || progress
  done
  [[ ! -t 2 ]] || printf '\r\e[K' >&2
}

pass_on() {
  [[ ! -t 2 ]] || printf '\r\e[K' >&2
  printf '%s\n' "$text"
  said=$SECONDS
}

progress() {
  local report="sluice: $((kilobytes / 1000)) MB downloaded, "
  if [[ $loading ]]; then report+="downloading ${loading%% *}"; else report+="building $module"; fi
  if [[ -t 2 ]]; then printf '\r%.79s\e[K' "$report" >&2; else echo "$report" >&2; fi
  said=$SECONDS
}

# Prints how many kB a line "Downloaded from central: https://... (1.2 MB at 3.4 MB/s)" tells of.
kilobytes() {
  local amount='\(([0-9]+)(\.([0-9]))?[0-9]* ([kMG]?)B'
  [[ $1 =~ $amount ]] || { echo 0; return; }
  local tenths=$((BASH_REMATCH[1] * 10 + ${BASH_REMATCH[3]:-0}))
  case ${BASH_REMATCH[4]} in
    k) echo $((tenths / 10)) ;;
    M) echo $((tenths * 100)) ;;
    G) echo $((tenths * 100000)) ;;
    *) echo 0 ;;
  esac
}
