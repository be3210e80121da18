# Sourced by the scripts beside it, which have set `here`, their folder, and SLUICE_CACHE, after jdk.sh. Archives of classes:
# what a process would read from jars, parse and verify at each start, in a form that a JVM maps into memory (class data
# sharing). One for each collector, because it decides how objects look. A JVM takes an archive where its build, its options
# and every jar (place in the class path, time, size) are those that it was made with, and otherwise starts without.
#
#   SLUICE_ARCHIVE=never   starts without archives, and makes none
# shellcheck shell=bash

# Where archives are: with the jars, or in the cache where an installation can't be written.
archive_folder() {
  if [[ -w $here/target || -e $here/target/archive ]]; then
    echo "$here/target/archive"
  else
    echo "$SLUICE_CACHE/archives/${here//\//%}"
  fi
}

# Prints the jars of an installation, separated by colons: in an order that is the same in every locale and folder, as an
# archive fits one order.
class_path() (
  LC_ALL=C
  shopt -s nullglob
  IFS=:
  jars=("$here"/target/sluice-deploy-*.jar "$here"/target/lib/*.jar)
  echo "${jars[*]}"
)

# Prints the jars of campaigns of faults and benchmarks, each after a colon. They are no part of an installation, and stand
# last, because an archive fits every class path that begins with its own.
campaigns() (
  shopt -s nullglob
  for jar in "$here"/{chaos,benchmark}/target/sluice-{chaos,benchmark}-*.jar "$here"/benchmark/target/lib/*.jar; do
    printf ':%s' "$jar"
  done
)

# Makes the archives, of the classes that a quickstart loads. Says so where it can't, and leaves a mark either way: nobody
# tries again before the next build.
make_archives() {
  local folder work
  folder=$(archive_folder)
  echo "sluice: archiving classes, for short starts; takes a minute, once after each build" >&2
  rm -rf "$folder" "$folder".*
  if mkdir -p "$(dirname "$folder")" 2>/dev/null && work=$(mktemp -d "$folder.XXXXXX" 2>/dev/null); then
    if archive_classes "$work" >"$work/said" 2>&1; then
      rm -f "$work"/said "$work"/classes "$work"/*.lst
      mv "$work" "$folder"
    else
      mkdir -p "$folder"
      mv "$work/said" "$folder/said"
      rm -rf "$work"
      echo "sluice: there are no archives of classes, so starts take longer; why is in $folder/said" >&2
    fi
    touch "$folder/made"
  else
    echo "sluice: there are no archives of classes, so starts take longer: $folder can't be written" >&2
  fi
}

# Fills the folder $1.
archive_classes() (
  cd "$1" && chmod 755 . || return 1
  # Relative names: these variables are cut at blanks.
  SLUICE_ARCHIVE=never SLUICE_BUILD=never \
    SLUICE_JAVA_OPTIONS=-XX:DumpLoadedClassList=main.lst \
    SLUICE_WORKER_JAVA_OPTIONS=-XX:DumpLoadedClassList=worker%p.lst \
    "$here/sluice" quickstart --workers 1 </dev/null || return 1
  # One list of all. Classes of other loaders have ids and sources, and are none of ours; what lines with @cp add is resolved
  # sooner at run time than listed here.
  cat ./*.lst | sed -e '/^#/d' -e '/^@cp /d' -e '/ source:/d' -e 's/ id: [0-9]*$//' >classes || return 1
  local zgc serial
  archive_for ZGC ZGC &
  zgc=$!
  # With the serial collector the JVM can map a heap that G1 has written, and can't write one itself.
  archive_for SerialGC G1GC &
  serial=$!
  wait "$zgc" && wait "$serial"
)

# Makes the archive for the collector $1 with the collector $2.
archive_for() {
  "$JDK/bin/java" -Xshare:dump -XX:SharedClassListFile=classes "-XX:SharedArchiveFile=$1.jsa" \
    "-XX:+Use$2" -Xmx1g -XX:TieredStopAtLevel=1 -Xlog:disable -Xlog:all=error \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "$(class_path)" &&
    [[ -s $1.jsa ]]
}
