#!/usr/bin/env bash
# Runs a real OpenSearch with access control for the integration tests: one node, or a cluster of several.
#
#   tests/opensearch.sh start [--version V] [--nodes N]
#                               assembles a server from Maven Central if necessary, starts N nodes (1 by
#                               default) on loopback, waits until they are healthy, prints the URL of node 1
#   tests/opensearch.sh url     prints the URL of a running node; exit 1 if none runs
#   tests/opensearch.sh stop    stops all nodes
#   tests/opensearch.sh kill K  kills node K with SIGKILL
#   tests/opensearch.sh revive K
#                               starts the killed node K with its data, waits until it responds, prints its URL
#
# Every command accepts --version. Exit 1: a step failed. Exit 2: a program is missing, or the arguments
# are wrong. Each start deletes all data. Snapshot repositories of type `fs` are below snapshots/; a relative
# `location` is inside of it.
#
#   OPENSEARCH_VERSION    by default 2.19.4, as --version. Version 3.x (3.4.0 and 3.8.0 were tried) needs JDK
#                         21 and has no access control, because that plugin is not published. Versions can run
#                         side by side.
#   OPENSEARCH_PORT       the port of node 1; by default any free port
#   OPENSEARCH_DIR        by default target/opensearch in the repository
#   OPENSEARCH_JAVA_HOME  by default JAVA_HOME, then `java` on the path, then the usual directories
#   OPENSEARCH_JAVA_OPTS  by default -Xms1g -Xmx1g for one node, and -Xms512m -Xmx512m for several
#   OPENSEARCH_WAIT       how many seconds to wait for health; by default 180 for each node
#
# With access control, headers identify the sender of a request. Our test domain adds them after it has
# verified a signature. Without them, the response is 401:
#
#   arn=arn:aws:iam::123456789012:role/admin      # or reader, snapshots, nobody
#   curl -H 'x-forwarded-for: 127.0.0.1' -H "x-proxy-user: $arn" -H "x-proxy-roles: $arn" \
#     "$(tests/opensearch.sh url)/_cluster/health"
set -euo pipefail
umask 022  # the server's user must be able to read what root creates

checkout=$(cd "$(dirname "$0")/.." && pwd)
parts=$checkout/tests/opensearch
admin=arn:aws:iam::123456789012:role/admin

main() {
  local command=${1:-}
  shift || true
  read_options "$@"
  case $version in
    2.*) security=yes java_from=17 java_to=23 jdk='17 to 23' module_suffix=Plugin ;;
    3.*) security='' java_from=21 java_to=999 jdk='21 or later' module_suffix=ModulePlugin ;;
    *) usage "the version must be 2.x or 3.x, but is $version" ;;
  esac
  choose_user "$command"
  choose_directory
  case $command in
    start) start ;;
    url) url || exit 1 ;;
    stop) stop ;;
    kill) kill_node "$node" ;;
    revive) revive ;;
    *) usage "the command must be start, url, stop, kill or revive" ;;
  esac
}

read_options() {
  version=${OPENSEARCH_VERSION:-2.19.4} nodes=1 node=''
  while [ "$#" -gt 0 ]; do
    case $1 in
      --version) version=${2:-} && shift 2 || usage "--version needs a value" ;;
      --nodes) nodes=${2:-} && shift 2 || usage "--nodes needs a value" ;;
      [1-9]) node=$1 && shift ;;
      *) usage "'$1' is not an option" ;;
    esac
  done
  [[ $nodes =~ ^[1-9]$ ]] || usage "--nodes must be from 1 to 9"
}

start() {
  if [ "$(nodes_running)" = "$nodes" ] && url; then return; fi
  stop  # nodes that hang or are not healthy, or a different number of them
  need curl openssl
  find_java
  assemble
  configure
  local each
  for each in $(seq "$nodes"); do run "$each"; done
  wait_for_health "/_cluster/health?wait_for_status=yellow&wait_for_nodes=$nodes&timeout=4s"
  url
}

revive() {
  [ -d "$server/nodes/${node:-0}" ] || usage "there is no node '$node'; name one that was started"
  find_java
  nodes=$(find "$server/nodes" -mindepth 1 -maxdepth 1 | wc -l)
  run "$node"
  wait_for_health "/_cluster/health?timeout=4s" "$node"
  url_of "$node"
}

# Prints the URL of the first node that is healthy.
url() {
  local each
  for each in $(all_nodes); do
    if url_of "$each" "/_cluster/health?wait_for_status=yellow&timeout=4s"; then return; fi
  done
  return 1
}

# url_of NODE [PATH]: prints the URL of this node, if it runs and PATH, if given, responds with success.
url_of() {
  local port ports=$server/nodes/$1/logs/http.ports
  running "$1" && [ -s "$ports" ] || return 1
  port=$(sed -n 's/^127\.0\.0\.1:\([0-9]*\)$/\1/p' "$ports")
  [ "$port" ] || return 1
  if [ "${2:-}" ] && ! responds "http://127.0.0.1:$port$2"; then return 1; fi
  echo "http://127.0.0.1:$port"
}

all_nodes() {
  local each
  for each in "$server"/nodes/*; do
    if [ -d "$each" ]; then echo "${each##*/}"; fi
  done
}

nodes_running() {
  local each count=0
  for each in $(all_nodes); do
    if running "$each"; then count=$((count + 1)); fi
  done
  echo "$count"
}

stop() {
  local each
  for each in $(all_nodes); do
    if running "$each"; then kill "$(cat "$server/nodes/$each/pid")"; fi
  done
  for _ in $(seq 300); do
    [ "$(nodes_running)" != 0 ] || return 0
    sleep 0.1
  done
  for each in $(all_nodes); do kill_node "$each"; done
}

kill_node() {
  [ "$1" ] || usage "name the node, for example: kill 3"
  if running "$1"; then kill -9 "$(cat "$server/nodes/$1/pid")"; fi
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
  module lang-mustache "org.opensearch.script.mustache.Mustache$module_suffix" lang-mustache-client compiler
  module ingest-common "org.opensearch.ingest.common.IngestCommon$module_suffix" \
    ingest-common opensearch-grok opensearch-dissect jcodings joni
  cp "$parts/painless.policy" "$half/server/modules/lang-painless/plugin-security.policy"
  cp "$parts/mustache.policy" "$half/server/modules/lang-mustache/plugin-security.policy"

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

# Writes the settings of each node, and empties the data directories at each start.
configure() {
  local each home ports=()
  rm -rf "${server:?}"/{nodes,snapshots}
  mkdir "$server/nodes" "$server/snapshots"
  for each in $(seq "$nodes"); do ports+=("$(free_port)"); done
  for each in $(seq "$nodes"); do
    home=$server/nodes/$each
    mkdir "$home" "$home"/{data,logs,tmp}
    cp -R "$server/config" "$home/config"
    {
      cat "$parts/opensearch.yml"
      echo "node.name: node-$each"
      if [ "$nodes" = 1 ]; then
        echo "discovery.type: single-node"
      else
        printf 'discovery.seed_hosts: [%s]\n' "$(printf '"127.0.0.1:%s",' "${ports[@]}" | sed 's/,$//')"
        printf 'cluster.initial_cluster_manager_nodes: [%s]\n' "$(seq --format='"node-%g"' --separator=, "$nodes")"
      fi
      echo "transport.port: ${ports[each - 1]}"
      if [ "$security" ]; then cat "$parts/security/opensearch.yml"; fi
    } >"$home/config/opensearch.yml"
    if [ "$security" ]; then
      cp "$parts"/security/{config,roles_mapping,internal_users}.yml "$home/config/opensearch-security/"
    fi
  done
  if [ "$user" ]; then chown -R "$user" "$server"; fi
}

# Prints a port on loopback that nothing listens on. Nodes must know each other's ports before they start.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# run NODE: starts it without the caller's Java options, and with temporary files in its own directory.
# Each of these programs replaces itself by the next one, so the process id is Java's.
run() {
  local home=$server/nodes/$1 port=0 heap='-Xms1g -Xmx1g'
  if [ "$1" = 1 ]; then port=${OPENSEARCH_PORT:-0}; fi
  if [ "$nodes" -gt 1 ]; then heap='-Xms512m -Xmx512m'; fi
  rm -f "$home/logs/http.ports"
  (
    cd "$server"
    exec "${as_server[@]}" -u JAVA_TOOL_OPTIONS -u JAVA_OPTS -u OPENSEARCH_HOME \
      HOME="$server" OPENSEARCH_TMPDIR="$home/tmp" OPENSEARCH_JAVA_HOME="$java" \
      OPENSEARCH_PATH_CONF="$home/config" OPENSEARCH_JAVA_OPTS="${OPENSEARCH_JAVA_OPTS:-$heap}" \
      nohup "$server/bin/opensearch" -Ehttp.port="$port" -Epath.data="$home/data" -Epath.logs="$home/logs" \
      -Epath.repo="$server/snapshots" >"$home/logs/console.log" 2>&1 </dev/null
  ) &
  echo "$!" >"$home/pid"
}

# wait_for_health PATH [NODE]: waits until PATH responds with success, on node 1 by default.
wait_for_health() {
  local until=$((SECONDS + ${OPENSEARCH_WAIT:-180 * nodes})) node=${2:-1} each
  until url_of "$node" "$1" >/dev/null; do
    for each in $(all_nodes); do
      if ! { [ "$each" != "$node" ] && [ "${2:-}" ]; } && ! running "$each" || [ "$SECONDS" -ge "$until" ]; then
        tail -n 40 "$server/nodes/$each/logs/console.log" >&2
        stop
        die 1 "node $each of OpenSearch $version did not become healthy; see the output above and its logs in $server/nodes/$each"
      fi
    done
    sleep 0.5
  done
}

# Whether the recorded process of a node still runs. The system may have given its id to another program,
# so the command line counts too.
running() {
  local pid
  pid=$(cat "$server/nodes/$1/pid" 2>/dev/null) && [ "$pid" ] || return 1
  if [ -d /proc/self ]; then
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$server"
  else
    ps -o command= -p "$pid" | grep -qF "$server"
  fi
}

responds() {
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null -H 'x-forwarded-for: 127.0.0.1' \
    -H "x-proxy-user: $admin" -H "x-proxy-roles: $admin" "$1"
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

usage() {
  die 2 "$1; usage: tests/opensearch.sh start|url|stop|kill K|revive K [--version V] [--nodes N]"
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
