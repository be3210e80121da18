# Sourced by jdk.sh. Fetches a JDK 25 or Maven, as pinned in the file `toolchain`, into Sluice's cache. What is there under
# its final name is whole: archives are verified before they are unpacked, and unpacked beside before they are renamed.
# shellcheck shell=bash disable=SC2030,SC2031,SC2154 # the functions share the variables of `fetch`, which is a subshell

fetch_attempts_max=4
fetch_redirects_max=5
fetch_seconds_max=1800 # of one attempt

# Fetches the tool $1, called $2, unless another start has done so meanwhile; $3 tells whether a folder holds it. Fails after
# saying why, and how to mend it.
fetch() (
  what=$2 holds=$3 stall=${SLUICE_FETCH_SECONDS:-30} part= log=
  read_pin "$1" || give_up "$pins has none for $(platform)" "SLUICE_TOOLCHAIN=FILE pins others."
  what="$2 $version" home=$fetched/$1-$version
  [[ $stall =~ ^[1-9][0-9]{0,3}$ ]] || give_up "SLUICE_FETCH_SECONDS is '$stall'" "It takes 1 to 9999 seconds."
  [[ -z ${SLUICE_FETCH_FROM:-} ]] || url=${SLUICE_FETCH_FROM%/}/${url##*/}
  is_allowed "$url" || give_up "$url is neither https nor on this machine" "SLUICE_FETCH_FROM=URL takes one that is."
  check_tools
  problem=$( (mkdir -p "$fetched" && : >>"$fetched/lock") 2>&1) ||
    give_up "$fetched can't be written (${problem##*: })" "SLUICE_CACHE=DIR gives another place."
  exec 9<"$fetched/lock"
  lock
  part=$fetched/${url##*/}.part log=$fetched/${url##*/}.log
  # macOS has no flock: there, each start has files of its own.
  has flock || part+=.$$ log+=.$$
  "$holds" "$home" || install "$1"
)

# Says why $1 there is no $what, and how $2 to mend it.
give_up() {
  [[ -s $part ]] || rm -f "$part"
  rm -f "$log"
  printf 'sluice: %s could not be fetched: %s.\n  %s\n' "$what" "$1" "$2" >&2
  exit 1
}

# Prints the platform as `toolchain` names it. What is made for glibc does not run where musl is the C library.
platform() {
  local system machine
  system=$(uname -s)
  machine=$(uname -m)
  case $machine in
    amd64) machine=x86_64 ;;
    arm64) machine=aarch64 ;;
  esac
  [[ $(ldd --version 2>&1) != *musl* ]] || system+=-musl
  echo "$system-$machine"
}

# Sets version, folder, bytes, sha256 and url to what is pinned for the tool $1.
read_pin() {
  local tool at here_is
  here_is=$(platform)
  [[ -r $pins ]] || return 1
  while read -r tool at version folder bytes sha256 url; do
    [[ $tool != "$1" || ($at != any && $at != "$here_is") || ! $bytes$sha256 =~ ^[0-9]+[0-9a-f]{64}$ ]] || return 0
  done <"$pins"
  return 1
}

# Prints the folder in which the fetched tool $1 is, once it is there.
fetched_home() (
  read_pin "$1" && echo "$fetched/$1-$version"
)

# Whether the address $1 may be asked: by https, or on this machine.
is_allowed() {
  [[ $1 =~ ^https://[^/] || $1 =~ ^http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?/ ]]
}

has() { command -v "$1" >/dev/null; }

check_tools() {
  local tool
  has curl || has wget || give_up "there is neither curl nor wget" "Install one (Debian, Ubuntu: apt install curl)."
  for tool in tar gzip; do
    has $tool || give_up "there is no $tool to unpack it with" "Install it (Debian, Ubuntu: apt install $tool)."
  done
  has sha256sum || has shasum || has openssl ||
    give_up "there is no sha256sum, shasum or openssl to verify it with" \
      "Install one (Debian, Ubuntu: apt install coreutils)."
}

# One fetch at a time.
lock() {
  if has flock && ! flock -n 9; then
    echo "sluice: another start is fetching into $fetched; waiting for it" >&2
    flock -w $((fetch_attempts_max * fetch_seconds_max)) 9 ||
      give_up "another start has been fetching into $fetched for too long" "End it and start again."
  fi
}

install() {
  local space unpacked problem
  space=$(space)
  # The archive and what is in it, which is about twice as much.
  ((space == 0 || space >= 4 * bytes - $(size "$part"))) || no_space
  echo "sluice: fetching $what, $(megabytes "$bytes"), from ${url%/*}" >&2
  echo "sluice:   into $fetched, once; SLUICE_FETCH=never forbids it" >&2
  download
  # What a start left that was killed; without flock it may be another's.
  ! has flock || rm -rf "$fetched"/unpacking.*
  unpacked=$fetched/unpacking.$$
  problem=$( (mkdir "$unpacked" && tar -xzf "$part" -C "$unpacked" --no-same-owner) 2>&1) || {
    rm -rf "$unpacked"
    (($(space) == 0 || $(space) >= 2 * bytes)) || no_space
    give_up "its archive can't be unpacked into $fetched (${problem##*$'\n'})" "SLUICE_CACHE=DIR gives another place."
  }
  "$holds" "$unpacked/$folder" || {
    rm -rf "$unpacked" "$part"
    give_up "its archive has no $1 in the folder $folder" "That is a fault of $pins, which pins it."
  }
  if [[ -x $unpacked/$folder/bin/java ]]; then
    problem=$("$unpacked/$folder/bin/java" -version 2>&1) || {
      rm -rf "$unpacked"
      give_up "it doesn't run from $fetched (${problem%%$'\n'*})" "SLUICE_CACHE=DIR gives another place."
    }
    trust "$unpacked/$folder/lib/security/cacerts"
  fi
  # What is there under its name doesn't hold it: somebody has removed a part.
  rm -rf "$home"
  mv "$unpacked/$folder" "$home" || give_up "$home can't be written" "SLUICE_CACHE=DIR gives another place."
  rm -rf "$unpacked" "$part" "$log"
  echo "sluice: $what is in $home" >&2
}

# Lets a JDK trust whom the machine trusts, such as the proxy of a company, as the JDKs of distributions do.
trust() {
  local store
  for store in /etc/ssl/certs/java/cacerts /etc/pki/java/cacerts; do
    [[ ! -s $store || ! -e $1 ]] || ln -sf "$store" "$1"
  done
}

megabytes() { echo "$((($1 + 999999) / 1000000)) MB"; }

# Prints the size of the file $1 in bytes, 0 if it isn't there.
size() { if [[ -f $1 ]]; then echo $(($(wc -c <"$1"))); else echo 0; fi; }

# Prints how many bytes may still be written to the cache, 0 if that is not known.
space() {
  local kib
  kib=$(df -Pk "$fetched" 2>/dev/null | sed -n '2s/.* \([0-9][0-9]*\)  *[0-9-]*% .*/\1/p')
  if [[ $kib == 0 ]]; then echo 1; else echo $((${kib:-0} * 1024)); fi
}

no_space() {
  give_up "it takes $(megabytes $((4 * bytes))) in $fetched, where $(megabytes "$(space)") are free" \
    "Make room, or give another place with SLUICE_CACHE=DIR."
}

# Loads the archive into $part and verifies it. What an earlier attempt has left is gone on with; where that gives nothing,
# or something else than what is pinned, the next attempt starts anew.
download() {
  local attempt had now status reason mirror="Try again later, or give a mirror with SLUICE_FETCH_FROM=URL."
  for ((attempt = 1; attempt <= fetch_attempts_max; attempt++)); do
    ((attempt == 1)) || sleep $((stall / 10))
    had=$(size "$part") status=0
    if ((had > bytes)); then rm -f "$part"; had=0; fi
    ((had == bytes)) || transfer || status=$?
    kill -0 $$ 2>/dev/null || exit 1
    now=$(size "$part")
    if ((now > bytes)); then
      rm -f "$part"
      give_up "$url gives more than the $bytes bytes that $pins pins" "$mirror"
    fi
    if ((now == bytes)); then
      [[ $(sha256 "$part") != "$sha256" ]] || return 0
      rm -f "$part"
      ((had)) || give_up "$url gives another file than $pins pins (its SHA-256 differs)" "$mirror"
      reason="what an earlier attempt had left is broken"
    else
      reason=$(reason)
      if gives_no_rest; then rm -f "$part"; elif ! may_pass; then break; fi
    fi
    ((attempt == fetch_attempts_max)) || echo "sluice: $reason; trying again" >&2
  done
  ! is_full || give_up "it can't be written to $fetched, where $(megabytes "$(space)") are free" \
    "Make room, or give another place with SLUICE_CACHE=DIR."
  ((now == 0)) || mirror="Start again, which goes on with the $(megabytes "$now") that are there, or${mirror#*,}"
  give_up "$reason ($url)" "$mirror A proxy is taken from https_proxy."
}

sha256() {
  local sum
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  else
    sum=$(openssl dgst -sha256 -r <"$1")
  fi
  echo "${sum%% *}"
}

# One attempt: writes to $part what $url gives from where $part ends. Fails with what curl or wget fail, and with 143 where
# nothing came any more.
transfer() {
  local loader watcher status=0
  : >"$log"
  (load) 9<&- 2>>"$log" &
  loader=$!
  (watch $loader) 9<&- &
  watcher=$!
  # shellcheck disable=SC2064 # these two
  trap "kill $loader $watcher 2>/dev/null" EXIT
  { wait $loader || status=$?; } 2>/dev/null
  { kill $watcher; wait $watcher; } 2>/dev/null
  trap - EXIT
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  return $status
}

load() {
  # A server that goes on without end ends here: blocks are of 1024 bytes.
  ulimit -f $((bytes / 1024 + 1))
  local protocols=https
  [[ $url == https:* ]] || protocols=http,https
  if has curl; then
    exec curl --fail --silent --show-error --location --max-redirs $fetch_redirects_max \
      --proto "=$protocols" --proto-redir "=$protocols" --continue-at - --output "$part" "$url"
  fi
  # wget can't be told to follow to https only; what comes is verified in any case.
  exec wget --no-verbose --tries=1 --max-redirect=$fetch_redirects_max --continue --output-document="$part" "$url"
}

# Says how far the download by process $1 is, on a line that is refreshed, or every 10 s where stderr is no terminal. Ends
# it where nothing comes any more.
watch() {
  local seconds=0 still=0 before now
  before=$(size "$part")
  while sleep 1 >/dev/null 2>&1 && kill -0 "$1" 2>/dev/null; do
    # The script for which this is fetched has been killed.
    if ! kill -0 $$ 2>/dev/null; then
      kill "$1"
      return
    fi
    now=$(size "$part") seconds=$((seconds + 1)) still=$((still + 1))
    ((now == before)) || still=0
    before=$now
    if ((still >= stall || seconds >= fetch_seconds_max)); then
      echo "in $seconds s $now of $bytes bytes have come, none of them in the last $still s" >>"$log"
      kill "$1"
      return
    fi
    if [[ -t 2 ]]; then
      printf '\rsluice: %s: %s of %s' "$what" "$(megabytes "$now")" "$(megabytes "$bytes")" >&2
    elif ((seconds % 10 == 0)); then
      echo "sluice: $what: $(megabytes "$now") of $(megabytes "$bytes")" >&2
    fi
  done
}

# What curl or wget said last, without its own name and the time.
reason() {
  local line said=
  while read -r line; do [[ -z $line ]] || said=$line; done <"$log"
  [[ $said ]] && ((status)) || said="it ended after $now of $bytes bytes"
  sed -E 's/^curl: \([0-9]+\) //; s/^[0-9-]+ [0-9:]+ //; s/\.$//' <<<"$said"
}

# The last attempt's HTTP status, nothing if it was no refusal.
refusal() { sed -nE 's/.*(error: |ERROR )([0-9]{3}).*/\2/p' "$log"; }

# Whether the last attempt failed because it asked for the rest of a file.
gives_no_rest() {
  ((had > 0 && now <= had)) || return 1
  [[ $(refusal) != 416 ]] || return 0
  if has curl; then ((status == 0 || status == 33 || status == 36)); else ((status < 3)); fi
}

# Whether the last attempt's failure may pass: connections that broke, servers that had too much to do.
may_pass() {
  case $(refusal) in
    408 | 429 | 5??) return 0 ;;
    ?*) return 1 ;;
  esac
  case $status in
    0 | 143) return 0 ;;
  esac
  if has curl; then [[ " 16 18 28 35 52 55 56 92 " == *" $status "* ]]; else ((status == 4)); fi
}

# Whether the last attempt could not write.
is_full() { if has curl; then ((status == 23)); else ((status == 3)); fi; }
