#!/bin/bash
# Measures the HTTP layer beside nginx (one worker process), interleaved, best of ROUNDS, and prints the ratios.
#   compare_with_nginx.sh PATH/TO/bench_http_server      needs wrk and nginx (Debian: wrk, nginx-light)
# ROUNDS (3), SECONDS_EACH (4) and CONNECTIONS (16) may be set in the environment.
set -euo pipefail
server=${1:?path of bench_http_server}
rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-4} connections=${CONNECTIONS:-16}
work=$(mktemp -d)
ours_pid= nginx_pid=
finish() {
  [ -n "$ours_pid" ] && kill "$ours_pid" || true
  [ -n "$nginx_pid" ] && kill "$nginx_pid" || true
  wait || true
  rm -rf "$work"
}
trap finish EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

chmod 755 "$work"
mkdir "$work/file"
head -c 4096 /dev/urandom >"$work/file/4k"
head -c $((64 << 20)) /dev/urandom >"$work/file/64m"
ours=$(free_port) theirs=$(free_port)
cat >"$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  client_body_temp_path $work/body; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server {
    listen 127.0.0.1:$theirs;
    location /file/ { root $work; }
    location / { return 200 "hello\n"; }
  }
}
CONF
"$server" "$ours" "$work/file" >"$work/ours.log" &
ours_pid=$!
nginx -c "$work/nginx.conf" &
nginx_pid=$!
for port in "$ours" "$theirs"; do
  curl -s -o /dev/null --retry 50 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$port/quick"
done

rate() { # URL CONNECTIONS: requests per second
  wrk -t1 -c"$2" -d"${seconds}s" "$1" | awk '/Requests\/sec/ {print $2}'
}
best() { printf '%s\n' "$@" | sort -g | tail -1; }
compare() { # NAME OUR_PATH NGINX_PATH CONNECTIONS
  local a=() b=() i
  for ((i = 0; i < rounds; i++)); do
    a+=("$(rate "http://127.0.0.1:$ours$2" "$4")")
    b+=("$(rate "http://127.0.0.1:$theirs$3" "$4")")
  done
  awk -v n="$1" -v a="$(best "${a[@]}")" -v b="$(best "${b[@]}")" \
    'BEGIN {printf "%-22s %12.1f req/s  nginx %12.1f req/s  ratio %.2f\n", n, a, b, a / b}'
}
compare "text, io thread" /quick / "$connections"
compare "text, worker" /worker / "$connections"
compare "file of 4 KiB" /file/4k /file/4k "$connections"
compare "file of 64 MiB" /file/64m /file/64m 2
