#!/usr/bin/env bash
# Runs a real OpenSearch with access control for the integration tests.
#
#   tests/opensearch.sh start   assembles a server from Maven Central if necessary, starts it on
#                               loopback, waits until it is healthy, and prints its URL
#   tests/opensearch.sh url     prints the URL of the running server; exit 1 if none runs
#   tests/opensearch.sh stop    stops the server
#
# Exit 1: a step failed. Exit 2: a program is missing, or the arguments are wrong.
# Each start deletes all data. Snapshot repositories of type `fs` are below snapshots/; a relative
# `location` is inside of it.
#
#   OPENSEARCH_VERSION    by default 2.19.4. Version 3.x (3.4.0 was tried) needs JDK 21 and has no access
#                         control, because that plugin is not published. Versions can run side by side.
#   OPENSEARCH_PORT       by default any free port
#   OPENSEARCH_DIR        by default target/opensearch in the repository
#   OPENSEARCH_JAVA_HOME  by default JAVA_HOME, then `java` on the path, then the usual directories
#   OPENSEARCH_JAVA_OPTS  by default -Xms1g -Xmx1g
#   OPENSEARCH_WAIT       how many seconds to wait for health; by default 180
#
# With access control, headers identify the sender of a request. Our test domain adds them after it has
# verified a signature. Without them, the response is 401:
#
#   arn=arn:aws:iam::123456789012:role/admin      # or reader, snapshots, nobody
#   curl -H 'x-forwarded-for: 127.0.0.1' -H "x-proxy-user: $arn" -H "x-proxy-roles: $arn" \
#     "$(tests/opensearch.sh url)/_cluster/health"
set -euo pipefail
umask 022  # the server's user must be able to read what root creates

version=${OPENSEARCH_VERSION:-2.19.4}
checkout=$(cd "$(dirname "$0")/.." && pwd)
parts=$checkout/tests/opensearch
admin=arn:aws:iam::123456789012:role/admin

main() {
  case $version in
    2.*) security=yes java_from=17 java_to=23 jdk='17 to 23' module_suffix=Plugin ;;
    3.*) security='' java_from=21 java_to=999 jdk='21 or later' module_suffix=ModulePlugin ;;
    *) die 2 "supports OpenSearch 2.x and 3.x, but OPENSEARCH_VERSION is $version" ;;
  esac
  choose_user "${1:-}"
  choose_directory
  case ${1:-} in
    start) start ;;
    url) url || exit 1 ;;
    stop) stop ;;
    *) die 2 "usage: tests/opensearch.sh start|stop|url" ;;
  esac
}

start() {
  if url; then return; fi
  stop  # a server that hangs or is not healthy
  need curl openssl
  find_java
  assemble
  configure
  run
  wait_for_health
  url
}

url() {
  local port
  running && [ -s "$server/logs/http.ports" ] || return 1
  port=$(sed -n 's/^127\.0\.0\.1:\([0-9]*\)$/\1/p' "$server/logs/http.ports")
  healthy "http://127.0.0.1:$port" && echo "http://127.0.0.1:$port"
}

stop() {
  local pid
  running || return 0
  pid=$(cat "$server/pid")
  kill "$pid"
  for _ in $(seq 300); do
    running || return 0
    sleep 0.1
  done
  kill -9 "$pid"
}

# Downloads and arranges the files that never change. The directory gets its name when it is complete,
# so an interrupted assembly starts again.
assemble() {
  local half=$server.half
  if [ -d "$server" ]; then return; fi
  need mvn
  echo "assembling OpenSearch $version in $server" >&2
  rm -rf "$half"
  mkdir -p "$half"
  if ! mvn --batch-mode --quiet --file "$parts/pom.xml" ${security:+--activate-profiles security} \
    "-Dopensearch.version=$version" "-Dassembly=$half/fetched" package >"$half/maven.log" 2>&1; then
    cat "$half/maven.log" >&2
    die 1 "Maven could not download OpenSearch $version; its output is above"
  fi
  mv "$half/fetched/server/opensearch-$version" "$half/server"
  chmod +x "$half"/server/bin/*

  module reindex "org.opensearch.index.reindex.Reindex$module_suffix" \
    reindex-client opensearch-rest-client opensearch-ssl-config 'http*' 'commons-*' slf4j-api
  module lang-painless "org.opensearch.painless.Painless$module_suffix" \
    lang-painless opensearch-scripting-painless-spi antlr4-runtime 'asm*'
  module ingest-common "org.opensearch.ingest.common.IngestCommon$module_suffix" \
    ingest-common opensearch-grok opensearch-dissect jcodings joni
  cp "$parts/painless.policy" "$half/server/modules/lang-painless/plugin-security.policy"

  if [ "$security" ]; then
    mv "$half/fetched/security" "$half/server/plugins/opensearch-security"
    mv "$half/server/plugins/opensearch-security/config" "$half/server/config/opensearch-security"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=node \
      -keyout "$half/server/config/node.key" -out "$half/server/config/node.pem" 2>/dev/null
  fi
  mv "$half/server" "$server"
  rm -rf "$half"
}

# module NAME CLASS JAR...: JAR is a name without version, or a pattern; Maven has chosen the version.
module() {
  local name=$1 class=$2 half=$server.half jar file
  shift 2
  local directory=$half/server/modules/$name
  mkdir -p "$directory"
  for jar in "$@"; do
    # shellcheck disable=SC2231 # some names are patterns
    for file in "$half"/fetched/jars/$jar-[0-9]*.jar; do
      # If a module repeats a jar of the server, OpenSearch reports "jar hell" and does not start.
      if [ -e "$file" ] && [ ! -e "$half/server/lib/${file##*/}" ]; then cp "$file" "$directory"; fi
    done
  done
  cat >"$directory/plugin-descriptor.properties" <<-END
	description=$name
	version=$version
	name=$name
	classname=$class
	java.version=$([ "${version%%.*}" = 2 ] && echo 11 || echo 21)
	opensearch.version=$version
	custom.foldername=
	extended.plugins=
	has.native.controller=false
	END
}

# Writes the settings and empties the data directories at each start.
configure() {
  local config=$server/config
  rm -rf "${server:?}"/{data,logs,snapshots,tmp,pid}
  mkdir "$server"/{data,logs,snapshots,tmp}
  cp "$parts/opensearch.yml" "$config/opensearch.yml"
  if [ "$security" ]; then
    cat "$parts/security/opensearch.yml" >>"$config/opensearch.yml"
    cp "$parts"/security/{config,roles_mapping,internal_users}.yml "$config/opensearch-security/"
  fi
  if [ "$user" ]; then chown -R "$user" "$server"; fi
}

# Starts the server without the caller's Java options, and with temporary files in its own directory.
# Each of these programs replaces itself by the next one, so the process id is Java's.
run() {
  (
    cd "$server"
    exec "${as_server[@]}" -u JAVA_TOOL_OPTIONS -u JAVA_OPTS -u OPENSEARCH_HOME -u OPENSEARCH_PATH_CONF \
      HOME="$server" OPENSEARCH_TMPDIR="$server/tmp" OPENSEARCH_JAVA_HOME="$java" \
      OPENSEARCH_JAVA_OPTS="${OPENSEARCH_JAVA_OPTS:--Xms1g -Xmx1g}" \
      nohup "$server/bin/opensearch" -Ehttp.port="${OPENSEARCH_PORT:-0}" -Etransport.port=0 \
      -Epath.repo="$server/snapshots" >"$server/logs/console.log" 2>&1 </dev/null
  ) &
  launched=$!
  echo "$launched" >"$server/pid"
}

wait_for_health() {
  local until=$((SECONDS + ${OPENSEARCH_WAIT:-180}))
  until url >/dev/null; do
    if ! kill -0 "$launched" 2>/dev/null || [ "$SECONDS" -ge "$until" ]; then
      tail -n 40 "$server/logs/console.log" >&2
      stop
      die 1 "OpenSearch $version did not become healthy; see the output above and $server/logs"
    fi
    sleep 0.5
  done
}

# Whether the recorded process still runs. The system may have given its id to another program, so the
# command line counts too.
running() {
  local pid
  pid=$(cat "$server/pid" 2>/dev/null) && [ "$pid" ] || return 1
  if [ -d /proc/self ]; then
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$server"
  else
    ps -o command= -p "$pid" | grep -qF "$server"
  fi
}

healthy() {
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null -H 'x-forwarded-for: 127.0.0.1' \
    -H "x-proxy-user: $admin" -H "x-proxy-roles: $admin" "$1/_cluster/health?wait_for_status=yellow&timeout=4s"
}

# OpenSearch refuses to run as root: for root, this chooses another user. Otherwise `user` stays empty.
# `as_server` is the prefix that runs a command as this user; `env` at its end accepts variables.
choose_user() {
  user='' as_server=(env)
  if [ "$(id -u)" != 0 ]; then return; fi
  need setpriv
  user=sigtower-opensearch
  if [ "$1" = start ] && ! id "$user" >/dev/null 2>&1; then
    useradd --system --user-group --no-create-home --shell /usr/sbin/nologin "$user" >&2 || true
  fi
  if ! id "$user" >/dev/null 2>&1; then user=nobody; fi
  as_server=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env)
}

# The server's user may not be able to enter the repository, for example below /root. The server is then
# below /var/lib.
choose_directory() {
  local directory=${OPENSEARCH_DIR:-$checkout/target/opensearch}
  mkdir -p "$directory"
  if ! "${as_server[@]}" test -x "$directory"; then
    if [ "${OPENSEARCH_DIR:-}" ]; then
      die 2 "the user $user cannot enter $directory; set OPENSEARCH_DIR to another directory"
    fi
    directory=/var/lib/sigtower-opensearch/$(printf %s "$checkout" | cksum | cut -d ' ' -f 1)
    mkdir -p "$directory"
  fi
  server=$(cd "$directory" && pwd)/$version
}

find_java() {
  local home major on_path=''
  if command -v java >/dev/null; then
    on_path=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  fi
  for home in "${OPENSEARCH_JAVA_HOME:-}" "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.sdkman/candidates/java/*; do
    if [ -z "$home" ]; then continue; fi
    # As the server's user, because some directories may be closed to this user.
    major=$("${as_server[@]}" "$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || continue
    if [ "${major:-0}" -ge "$java_from" ] && [ "$major" -le "$java_to" ]; then
      java=$home
      return
    fi
  done
  die 2 "OpenSearch $version needs JDK $jdk; install it or set OPENSEARCH_JAVA_HOME"
}

need() {
  local tool missing=''
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=" $tool"; done
  if [ "$missing" ]; then die 2 "these programs are missing; install them:$missing"; fi
}

die() {
  echo "tests/opensearch.sh: $2" >&2
  exit "$1"
}

main "$@"
